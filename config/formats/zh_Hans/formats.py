"""Chinese dates with a space between figures and Han letters."""

DATE_FORMAT = "Y 年 n 月 j 日"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y 年 n 月 j 日 H:i"
SHORT_DATE_FORMAT = "Y.n.j"
SHORT_DATETIME_FORMAT = "Y.n.j H:i"
FIRST_DAY_OF_WEEK = 1
