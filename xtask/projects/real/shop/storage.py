from whitenoise.storage import CompressedManifestStaticFilesStorage


class LenientStorage(CompressedManifestStaticFilesStorage):
    manifest_strict = False
    manifest_name = "manifest.json"
