#!/bin/sh
# uvicorn runs Django.
#
#     pip install "uvicorn[standard]"
#
# Start this in the directory with manage.py, in the environment of the project. After a
# deployment, start it anew. What serves the static files: staticc recipe whitenoise, or nginx.
{% if not project.is_known %}
# mysite stands for the package with your asgi.py.
{% endif %}
# Django does not know the lifespan protocol.
exec uvicorn --host 127.0.0.1 --port 8000 --workers 2 --lifespan off {{ project.package ~ ".asgi:application" }}
