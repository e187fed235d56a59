"""Celery in a process whose clock is wrong: `python -m tests.wrong_clock SECONDS -A smarketing worker …`.

Whatever asks Python what time it is gets an answer that is so many seconds off; how fast time goes by is not touched.
"""

import datetime
import runpy
import sys
import time


def shift(seconds: float) -> None:
    """Move this process's clock. Has to come before anybody takes `datetime` out of its module."""
    real, real_date, real_time = datetime.datetime, datetime.date, time.time
    real_gmtime, real_localtime = time.gmtime, time.localtime

    class AlsoReal(type):
        """Moments that C code makes are of the real class, and are asked for by this one."""

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, cls.__base__)

    class Moment(real, metaclass=AlsoReal):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> real:
            return real.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> real:
            return real.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    class Day(real_date, metaclass=AlsoReal):
        @classmethod
        def today(cls) -> real_date:
            return real.fromtimestamp(time.time()).date()

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: int(time.time() * 1e9)
    time.gmtime = lambda at=None: real_gmtime(time.time() if at is None else at)
    time.localtime = lambda at=None: real_localtime(time.time() if at is None else at)
    datetime.datetime, datetime.date = Moment, Day


if __name__ == "__main__":
    shift(float(sys.argv.pop(1)))
    runpy.run_module("celery", run_name="__main__", alter_sys=True)
