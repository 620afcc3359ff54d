"""The campus's own messenger: notifications go to a web-hook of the campus, which puts them where its people look."""
