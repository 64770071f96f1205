"""Puts the application together: routes, guard, one shape of failures."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware

from ktrdr_app import __version__
from ktrdr_app.api.failures import DESCRIBED, add_handlers
from ktrdr_app.api.routes import backtests, data, models, operations, strategies, trainings
from ktrdr_app.api.security import Access, Guard
from ktrdr_app.api.service import Service

PREFIX = "/api/v1"
SUBJECTS = (trainings, backtests, models, strategies, data, operations)
ABOUT = "Trainings, backtests, models, strategies and data of one workspace."


def create_app(service: Service, access: Access) -> FastAPI:
    """Return the application; its pages under ``/docs`` and ``/redoc`` ask nothing of the internet.

    Parameters
    ----------
    service : Service
        Workspace and jobs.
    access : Access
        Who may ask.
    """
    app = FastAPIOffline(
        title="KTRDR Desktop",
        version=__version__,
        description=ABOUT,
        middleware=[Middleware(Guard, access=access)],
    )
    app.state.service = service
    router = APIRouter(prefix=PREFIX, responses=DESCRIBED)
    for subject in SUBJECTS:
        router.include_router(subject.router)
    app.include_router(router)
    add_handlers(app)
    return app
