"""What gunicorn loads."""

from predictor import make_app

app = make_app()
