"""The site's languages and the empty roots of their pages, in place of Wagtail's page of welcome."""

from uuid import UUID

from django.db import migrations

ROOTS = (  # language, path beside the page of welcome, slug, title
    ("zh-hans", "00010002", "guide", "使用指南"),
    ("en", "00010003", "guide-en", "Guide"),
)
ONE_IN_BOTH = UUID("6f0f4f9e-52c1-4a7e-9d55-1f7a55f6c8a1")


def make_roots(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    HomePage = apps.get_model("sharing", "HomePage")
    Site = apps.get_model("wagtailcore", "Site")

    kind = ContentType.objects.get_or_create(app_label="sharing", model="homepage")[0]
    roots = [
        HomePage.objects.create(
            title=title, draft_title=title, slug=slug, url_path=f"/{slug}/", path=path, depth=2, numchild=0, live=True,
            content_type=kind, locale=Locale.objects.get_or_create(language_code=language)[0], translation_key=ONE_IN_BOTH,
        )
        for language, path, slug, title in ROOTS
    ]
    Site.objects.update_or_create(is_default_site=True, defaults={"site_name": "Bookrelay", "root_page_id": roots[0].pk})
    Page.objects.filter(slug="home", path="00010001").delete()
    Page.objects.filter(path="0001").update(numchild=Page.objects.filter(depth=2).count())


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roots, migrations.RunPython.noop)]
