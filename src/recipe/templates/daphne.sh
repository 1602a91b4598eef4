#!/bin/sh
# daphne runs Django, also with websockets of Channels.
#
#     pip install daphne
#
# Start this in the directory with manage.py, in the environment of the project. After a
# deployment, start it anew. What serves the static files: staticc recipe whitenoise, or nginx.
{% if not project.is_known %}
# mysite stands for the package with your asgi.py.
{% endif %}
exec daphne -b 127.0.0.1 -p 8000 {{ project.package ~ ".asgi:application" }}
