// Photographs are made smaller before they are sent, where the browser can: what a phone takes is ten times what is kept.
// A picture drawn anew has lost place and device as well; the server takes them out again in any case.
const LONGEST = 1920;
const SMALL_ENOUGH = 400_000;

async function smaller(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  return made ? new File([made], file.name, { type: "image/jpeg" }) : file;
}

document.querySelectorAll("[data-photos] input[type=file]").forEach((input) => {
  input.addEventListener("change", async () => {
    const made = new DataTransfer();
    for (const file of input.files) made.items.add(await smaller(file).catch(() => file)); // not a picture: the server says so
    input.files = made.files;
  });
});
