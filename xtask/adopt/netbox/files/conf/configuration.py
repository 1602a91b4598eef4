ALLOWED_HOSTS = ["*"]
API_TOKEN_PEPPERS = {1: "x" * 50}
DATABASES = {"default": {"NAME": "netbox", "USER": "netbox", "HOST": "localhost"}}
REDIS = {
    "tasks": {"HOST": "localhost", "PORT": 6379, "DATABASE": 0},
    "caching": {"HOST": "localhost", "PORT": 6379, "DATABASE": 1},
}
SECRET_KEY = "x" * 50
