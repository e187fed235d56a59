from notifications.models.comment import Comment
from notifications.models.delivery import Channel, Delivery
from notifications.models.heartbeat import Heartbeat
from notifications.models.mail import KeptMail
from notifications.models.notice import Notice

__all__ = ["Channel", "Comment", "Delivery", "Heartbeat", "KeptMail", "Notice"]
