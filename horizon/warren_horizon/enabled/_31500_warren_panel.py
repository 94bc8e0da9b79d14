"""Adds the panel "Message Queues" to the group System of the dashboard Admin."""

PANEL = "message_queues"
PANEL_DASHBOARD = "admin"
PANEL_GROUP = "admin"
ADD_PANEL = "warren_horizon.panel.MessageQueues"
ADD_INSTALLED_APPS = ["warren_horizon"]
