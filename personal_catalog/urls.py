from django.urls import path, re_path

from personal_catalog.views import adding, copies, covers, flags, imports, photos, several, shelf, tags

urlpatterns = [
    path("add/", adding.add_copy, name="add-copy"),
    path("add/several/", several.add_several, name="add-several"),
    path("add/several/line/", several.line, name="add-line"),
    path("photos/of/<int:copy_id>/", photos.add_photos, name="add-photos"),
    path("photos/<int:photo_id>/remove/", photos.remove_photo, name="remove-photo"),
    re_path(r"^photos/(?P<token>[\w-]{32})/(?P<size>large|small)\.webp$", photos.photo, name="photo"),
    path("shelf/tags/", tags.shelf_tags, name="shelf-tags"),
    path("shelf/tags/<int:tag_id>/", tags.change_tag, name="change-tag"),
    path("shelf/labels/", shelf.labels, name="labels"),
    path("shelf/export.csv", shelf.export_shelf, name="export-shelf"),
    path("copies/<int:copy_id>/", copies.copy, name="copy"),
    path("import/", imports.start, name="import"),
    path("import/<int:job_id>/", imports.job, name="import-job"),
    path("titles/<int:title_id>/flag/", flags.flag, name="title-flag"),
    path("covers/<int:title_id>.svg", covers.cover, name="cover"),
    re_path(r"^covers/([0-9a-f]{16}-\d{2,3})-(\d{2,3})\.webp$", covers.picture, name="cover-picture"),
]
