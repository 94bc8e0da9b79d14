"""RabbitMQ dashboards of Warren, live inside OpenStack's Horizon."""
