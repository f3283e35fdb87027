"""An intranet that embeds charterqa: it signs its readers in itself, and mints a token of five minutes for whoever is.

    export CHARTERQA_AUTH_JWT_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(48))')
    CHARTERQA_AUTH=jwt CHARTERQA_ORIGINS=http://127.0.0.1:8000 charterqa serve
    INTRANET_PASSWORD=open-sesame uvicorn examples.intranet:app          # then open http://127.0.0.1:8000

The key stays on the two servers. What reaches the page is one reader's token, in memory, for five minutes.
"""

import hmac
import os
import time
from pathlib import Path
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

app = FastAPI()


def reader(given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> str:
    """Who is signed in. Here one password for all; in your intranet, whatever it has."""
    password = os.environ["INTRANET_PASSWORD"].encode()
    if not password or not hmac.compare_digest(given.password.encode(), password):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return given.username


@app.get("/charterqa-token")
def token(name: Annotated[str, Depends(reader)]) -> JSONResponse:
    """What the element's token-url names."""
    now = int(time.time())
    claims = {"sub": name, "aud": "charterqa", "iat": now, "exp": now + 300}
    minted = jwt.encode(claims, os.environ["CHARTERQA_AUTH_JWT_KEY"], algorithm="HS256")
    return JSONResponse({"token": minted}, headers={"Cache-Control": "no-store"})


@app.get("/", dependencies=[Depends(reader)])
def page() -> HTMLResponse:
    """The page, under a policy that allows charterqa's server and nothing else from outside."""
    server = os.environ.get("CHARTERQA_URL", "http://127.0.0.1:7860")
    html = Path(__file__).with_name("intranet.html").read_text(encoding="utf-8").replace("http://127.0.0.1:7860", server)
    policy = f"default-src 'none'; script-src {server}; connect-src 'self' {server}"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})
