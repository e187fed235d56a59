from notifications.models.channel import Channel
from notifications.models.comment import Comment
from notifications.models.delivery import Delivery
from notifications.models.endpoint import Endpoint
from notifications.models.heartbeat import Heartbeat
from notifications.models.mail import KeptMail
from notifications.models.notice import Notice
from notifications.models.preferences import Preferences

__all__ = ["Channel", "Comment", "Delivery", "Endpoint", "Heartbeat", "KeptMail", "Notice", "Preferences"]
