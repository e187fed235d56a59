FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/smarketing

COPY requirements/production.lock requirements/
RUN pip install --require-hashes --requirement requirements/production.lock

COPY . .
# Collecting the static files needs settings, but no secret that lasts and no database that answers.
RUN SECRET_KEY=only-while-the-image-is-built-only-while-the-image-is-built \
    DATABASE_URL=postgresql://nobody@localhost/none \
    python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system smarketing \
    && mkdir --parents var/media && chown smarketing var var/media

USER smarketing
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--no-control-socket", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60", "smarketing.wsgi"]
