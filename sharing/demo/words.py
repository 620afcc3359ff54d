"""What readers write to each other, each in their own language: short, polite, and never a contact."""

from random import Random

from library_bridge.models import Reader
from sharing.demo.cast import writes_english

Both = tuple[tuple[str, ...], tuple[str, ...]]  # Chinese, English

WISHES: Both = (
    (
        "这学期的课要用，想借来看两周。", "馆里的都借出去了，想请您让我接着看。", "写论文要查其中一章，看完就还。",
        "早就想读这本书，会好好爱护的。", "课程设计要用，用完马上归还。", "导师推荐的，想先借来翻一翻。",
        "考试前想再看一遍，两周就够。", "读书会下个月讨论这本书，想提前看完。", "毕业设计参考，十天左右就能看完。",
        "做实验报告要对照书里的例题。", "朋友推荐了好几次，想借来读读看。", "寒假前想看完，谢谢您。",
    ),
    (
        "I need it for a course this term; two weeks would be enough.",
        "All the library's copies are out, so I would be glad to have it after you.",
        "There is one chapter I have to quote in my thesis.", "I have wanted to read this for a long time and will take good care of it.",
        "Our reading group discusses it next month.", "My supervisor recommended it; I would like to look through it first.",
    ),
)  # fmt: skip
NOTES_ON_THE_WAY: Both = (
    (
        "第五章可以先读。",
        "在操场看台上读完的。",
        "空白处有前一位的批注，很有意思。",
        "适合睡前读两页。",
        "路上读了三天，传给下一位。",
        "",
    ),
    ("Start with chapter five.", "Read on the train home.", "The pencil notes before me were worth it.", ""),
)
QUESTIONS: Both = (
    (
        "您好，请问书里有划线或者笔记吗？", "请问下周之前方便交接吗？", "您好，请问大概什么时候能看完？不急的。", "请问书的品相怎么样？",
        "请问能借三周左右吗？", "您好，请问平时在哪个校区？",
    ),
    (
        "Hello, are there any notes in the book?", "Would a handover before next week be possible?",
        "Hello, when do you think you will have finished? There is no hurry.", "Could I keep it for about three weeks?",
    ),
)  # fmt: skip
REPLIES: Both = (
    (
        "有一些铅笔笔记，不影响阅读。", "可以，这两天就行。", "已经看完了，随时可以给您。", "很新，只看过一遍。", "没问题，您慢慢看。",
        "方便的，具体时间再约。",
    ),
    (
        "A few pencil notes, nothing that disturbs.", "Yes, any day this week.",
        "I have finished it; you can have it at any time.", "Of course, take your time.",
    ),
)  # fmt: skip
THANKS: Both = (
    (
        "谢谢您愿意借给我。我中午和傍晚都有空。", "太好了，谢谢！地点按您方便的来。", "非常感谢，我一定按时还。", "谢谢，我这就约个时间。",
        "多谢！我五点以后都在学校。",
    ),
    (
        "Thank you for lending it to me. I am free at noon and in the early evening.",
        "That is very kind. Any place that suits you is fine.",
        "Thank you; I will bring it back in time.",
    ),
)  # fmt: skip
WELCOME: Both = (
    ("不客气，到时候见。", "好的，我带着书过去。", "没关系，顺路。", "好，书我已经放在包里了。", "不用谢，希望对您有帮助。"),
    ("You are welcome, see you then.", "Good, I will bring the book.", "No trouble at all, it is on my way.", "I hope it helps."),
)  # fmt: skip
COMING_BACK: Both = (
    (
        "书看完了，谢谢您。想约个时间还给您。", "已经读完，收获很大。什么时候方便还您？", "书用完了，保存得很好，这几天还给您。",
        "看完了，非常感谢，还是老地方可以吗？",
    ),
    ("I have finished it, thank you. When may I bring it back?", "Done reading; I learned a lot. I would like to return it this week."),
)  # fmt: skip
RUNNING_LATE: Both = (
    ("抱歉，我要晚到十分钟左右。", "不好意思，刚下课，马上过来。", "路上有点堵，请稍等我一会儿。"),
    ("Sorry, I will be about ten minutes late.", "Class has just ended, I am on my way."),
)  # fmt: skip
GIVER_STEPS_BACK: Both = (
    (
        "抱歉，书被室友带回家了，这次给不了您。",
        "临时要用这本书备课，实在不好意思。",
        "发现书里有几页脱落，想先修好再借。",
    ),
    ("I am sorry, I need the book again for an exam.", "My roommate has taken it home by mistake."),
)
TAKER_STEPS_BACK: Both = (
    ("已经在图书馆借到了，谢谢您。", "课程调整了，暂时用不上，抱歉打扰。", "这周临时出差，先不借了，不好意思。"),
    (
        "I have found it at the library meanwhile, thank you.",
        "The course has been cancelled, so I do not need it any more.",
    ),
)
COMPLAINTS: Both = (
    ("第 120 页前后有水渍，封面也皱了，交接时不是这样的。", "书脊开裂，还缺了一张插页。"),
    ("There are water stains around page 120, and the cover is creased; it was not so at the handover.",),
)
SETTLED = "已请双方到还书台看过：不影响阅读，由借书人付修补费，书已当面还给书主。"

BOOK_HOUSE: Both = (("梅园书屋",), ("Plum Court book house",))
FRONT_DESK: Both = (("图书馆总服务台",), ("Library, front desk",))  # as on the form for a meeting, beside the areas


def say(what: Both, reader: Reader, random: Random) -> str:
    return random.choice(what[writes_english(reader)])


def place(reader: Reader, random: Random) -> str:
    """Where the reader would like to meet: near home, or where everybody passes."""
    if reader.area is None or random.random() < 0.5:
        return say(FRONT_DESK, reader, random)
    return reader.area.name_en if writes_english(reader) else reader.area.name_zh
