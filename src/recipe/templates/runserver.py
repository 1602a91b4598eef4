# In development, WhiteNoise serves the files of STATICFILES_DIRS and of apps, as the deployed site
# will: nothing needs to be collected.
#
#     pip install whitenoise
#
# Add this to the settings that you use in development, after `staticc recipe whitenoise`. It does
# what `manage.py runserver --nostatic` does.

DEBUG = True
INSTALLED_APPS = ["whitenoise.runserver_nostatic", *INSTALLED_APPS]
