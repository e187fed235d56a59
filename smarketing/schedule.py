"""Every periodic task of the product, on one page.

A task only wakes the verb it is named after; what there is to do stands in rows, so a tick
that is lost costs one period and a tick that comes twice costs nothing. Times are UTC.
"""

from celery.schedules import crontab

EVERY_MINUTE = 60.0
# Somewhere it has just been midnight: zones differ by quarters of an hour.
AFTER_MIDNIGHT = crontab(minute="1,16,31,46")
# Desks open on the quarter somewhere; whoever opens in between waits for the next.
EVERY_QUARTER = crontab(minute="*/15")
EVERY_NIGHT = crontab(hour="2", minute="20")
# Seconds. Ticks that nobody took are dropped, so that they do not pile up for days while workers are away; but not
# soon, for the worker tells by its own clock, and one that is two hours fast would take none at all.
DROPPED_AFTER = 3 * 60 * 60.0


def every(seconds: float, task: str) -> dict:
    return {"task": task, "schedule": seconds, "options": {"expires": DROPPED_AFTER}}


def nightly(task: str) -> dict:
    return {"task": task, "schedule": EVERY_NIGHT}


SCHEDULE: dict[str, dict] = {
    "deliver what people are told": every(5.0, "notifications.tasks.deliver"),
    "say that a worker is there": every(10.0, "notifications.tasks.beat"),
    "do what imports wait for": every(5.0, "leads.tasks.run_imports"),
    "score the leads that are due": every(5.0, "leads.tasks.score_due"),
    "go on scoring everybody": every(EVERY_MINUTE, "leads.tasks.rescore"),
    "end the shadow run that is over": every(EVERY_MINUTE, "leads.tasks.end_shadow_run"),
    "let points expire with the day": {"task": "leads.tasks.expire_points", "schedule": AFTER_MIDNIGHT},
    "go on with backtests": every(EVERY_MINUTE, "leads.tasks.backtest"),
    "go on learning from decisions": every(EVERY_MINUTE, "leads.tasks.study"),
    "release the backlog each working morning": {"task": "leads.tasks.release_held", "schedule": EVERY_QUARTER},
    "tell of books that were left behind": {"task": "leads.tasks.tell_of_left_books", "schedule": EVERY_QUARTER},
    "hand leads to who covers": every(EVERY_MINUTE, "leads.tasks.hand_to_cover"),
    "put the signed criteria in force": every(EVERY_MINUTE, "leads.tasks.take_effect"),
    "end trials that are over": every(EVERY_MINUTE, "leads.tasks.end_trials"),
    "record promises that fell due": every(EVERY_MINUTE, "sla.tasks.flag_breaches"),
    "draw the week's returns for both sides to review": {"task": "sla.tasks.draw_sample", "schedule": EVERY_QUARTER},
    "climb the ladder of promises that wait": every(EVERY_MINUTE, "sla.tasks.climb"),
    "read the figures ahead": every(5 * EVERY_MINUTE, "sla.tasks.keep_readings"),
    "find out ahead what holds back and what stands out": every(5 * EVERY_MINUTE, "sla.tasks.keep_findings"),
    "count ahead what each day brought towards goals": every(5 * EVERY_MINUTE, "goals.tasks.count_days"),
    "count ahead what lists show": every(5 * EVERY_MINUTE, "leads.tasks.count_for_lists"),
    "put the signed agreement in force": every(EVERY_MINUTE, "sla.tasks.take_effect"),
    "delete uploaded files that were imported": nightly("leads.tasks.forget_import_files"),
    "say anew what led to each won deal": nightly("leads.tasks.credit_deals"),
    "reckon what converts": nightly("leads.tasks.reckon_what_converts"),
    "reckon what worked with whom": nightly("leads.tasks.reckon_what_worked"),
    "forget what was delivered long ago": nightly("notifications.tasks.forget_done"),
    "enter next year's public holidays": nightly("accounts.tasks.look_ahead"),
    "forget answers to repeated requests": nightly("accounts.tasks.forget_old"),
    "put signed goals in force on their day": every(EVERY_MINUTE, "goals.tasks.take_effect"),
}
