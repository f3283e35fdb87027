"""Prints a new secret for each that deploy/ asks for: python3 deploy/new_secrets.py > .env (then chmod 600 .env)."""

from secrets import token_urlsafe

for name in ("CHARTERQA_AUTH_TOKEN", "CHARTERQA_AUTH_METRICS_TOKEN", "INTRANET_PASSWORD", "GRAFANA_PASSWORD"):
    print(f"{name}={token_urlsafe(24)}")
print(f"CHARTERQA_AUTH_JWT_KEY={token_urlsafe(48)}")
print(f"OAUTH2_PROXY_COOKIE_SECRET={token_urlsafe(24)}")  # 32 characters: a key of AES-256
