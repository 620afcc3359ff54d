from django.urls import path

from personal_catalog.views import adding, copies, covers, imports, shelf

urlpatterns = [
    path("add/", adding.add_copy, name="add-copy"),
    path("shelf/labels/", shelf.labels, name="labels"),
    path("shelf/export.csv", shelf.export_shelf, name="export-shelf"),
    path("copies/<int:copy_id>/", copies.copy, name="copy"),
    path("import/", imports.start, name="import"),
    path("import/<int:job_id>/", imports.job, name="import-job"),
    path("covers/<int:title_id>.svg", covers.cover, name="cover"),
]
