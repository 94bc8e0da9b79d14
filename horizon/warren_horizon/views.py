"""The panel's page, and the guest tokens that it asks for while it is open."""

from django.conf import settings
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.utils.decorators import method_decorator

from horizon import exceptions
from horizon import views
from openstack_dashboard.api import base

from warren_horizon.metering import Metering, MeteringError, frame_url


def _setting(name, default=None):
    return getattr(settings, name, default)


def _portal():
    return _setting("WARREN_PORTAL", "horizon")


def _panel():
    return _setting("WARREN_PANEL", "overview")


def _metering(request):
    """The metering API of the user's catalog, with the user's own token."""
    service_type = _setting("WARREN_SERVICE_TYPE", "metering")
    try:
        endpoint = base.url_for(request, service_type)
    except exceptions.ServiceCatalogException:
        raise MeteringError(
            _("The service catalog has no %s endpoint.") % service_type
        ) from None
    verify = not _setting("OPENSTACK_SSL_NO_VERIFY", False)
    if verify and _setting("OPENSTACK_SSL_CACERT"):
        verify = settings.OPENSTACK_SSL_CACERT
    return Metering(
        endpoint,
        request.user.token.id,
        timeout=_setting("WARREN_TIMEOUT", 5),
        verify=verify,
    )


def _origin(request):
    """Horizon's own origin, as the user's browser has it."""
    own = "%s://%s" % (request.scheme, request.get_host())
    return _setting("WARREN_ORIGIN") or own


class IndexView(views.HorizonTemplateView):
    template_name = "warren/index.html"
    page_title = _("Message Queues")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        warren = _setting("WARREN_URL")
        if not warren:
            context["problem"] = _("WARREN_URL is not set in Horizon's settings.")
            return context
        try:
            brokers = _metering(self.request).brokers()
        except MeteringError as error:
            context["problem"] = str(error)
            return context
        if not brokers:
            context["problem"] = _("Your account sees no broker.")
            return context
        asked = self.request.GET.get("broker")
        broker = asked if asked in brokers else brokers[0]
        lang = "zh" if (get_language() or "").startswith("zh") else "en"
        context.update(
            brokers=brokers,
            broker=broker,
            frame_url=frame_url(warren, _panel(), _portal(), broker, lang=lang),
            frame_script=warren.rstrip("/") + "/frame.js",
            token_url=reverse("horizon:admin:message_queues:token"),
        )
        return context


@method_decorator(never_cache, name="dispatch")
class TokenView(View):
    """``POST token/``: a guest token for the page that asks, by the user's session.

    Only a page of Horizon's own can ask: Django's CSRF check stands before it.
    """

    http_method_names = ["post"]

    def post(self, request):
        broker = request.POST.get("broker", "")
        try:
            metering = _metering(request)
            # The browser names the broker, so that it is looked up before it is signed for.
            if broker not in metering.brokers():
                return JsonResponse({"error": "no such broker"}, status=404)
            token = metering.guest_token(
                _portal(), _origin(request), [_panel()], [broker]
            )
        except MeteringError as error:
            status = 403 if error.is_refusal else 502
            return JsonResponse({"error": str(error)}, status=status)
        return JsonResponse(token)
