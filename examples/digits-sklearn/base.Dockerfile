# What the image stands on: docker build --tag localhost/digits-sklearn/python:3.11 --file base.Dockerfile .
FROM python:3.11-slim
RUN apt-get update && apt-get install --yes --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --requirement /tmp/requirements.txt
