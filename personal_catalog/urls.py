from django.urls import path

from personal_catalog.views import adding, copies, covers, imports, several, shelf

urlpatterns = [
    path("add/", adding.add_copy, name="add-copy"),
    path("add/several/", several.add_several, name="add-several"),
    path("add/several/line/", several.line, name="add-line"),
    path("shelf/labels/", shelf.labels, name="labels"),
    path("shelf/export.csv", shelf.export_shelf, name="export-shelf"),
    path("copies/<int:copy_id>/", copies.copy, name="copy"),
    path("import/", imports.start, name="import"),
    path("import/<int:job_id>/", imports.job, name="import-job"),
    path("covers/<int:title_id>.svg", covers.cover, name="cover"),
]
