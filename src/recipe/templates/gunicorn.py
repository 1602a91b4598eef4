# gunicorn runs Django.
#
#     pip install gunicorn
#
# Save this as gunicorn.conf.py in the directory with manage.py, and start `gunicorn` there. After
# a deployment, start it anew. What serves the static files: staticc recipe whitenoise, or nginx.
{% if not project.is_known %}
# mysite stands for the package with your wsgi.py.
{% endif %}

import multiprocessing

wsgi_app = {{ project.package ~ ".wsgi:application" }}
bind = "127.0.0.1:8000"
workers = multiprocessing.cpu_count() + 1
threads = 4
