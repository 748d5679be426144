# What the image stands on: docker build --tag localhost/script-mode/python:3.11 --file base.Dockerfile .
FROM python:3.11-slim
COPY requirements.txt /tmp/requirements.txt
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
  && pip install --no-cache-dir --requirement /tmp/requirements.txt \
  && apt-get purge --yes --auto-remove gcc libc6-dev && rm -rf /var/lib/apt/lists/*
