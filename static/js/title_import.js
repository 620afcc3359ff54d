// While an import of titles is at work its page is fetched again every two seconds; only the report is replaced.
(() => {
  const refresh = async () => {
    const report = document.getElementById("title-import");
    if (!report || !("busy" in report.dataset)) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("title-import");
      if (fresh) report.replaceWith(fresh);
    } finally {
      setTimeout(refresh, 2000);
    }
  };
  setTimeout(refresh, 2000);
})();
