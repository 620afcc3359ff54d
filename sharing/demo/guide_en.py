"""The guide in English."""

PAGES = (
    {
        "slug": "how-passing-on-works",
        "title": "How passing on works",
        "lead": "Somebody else has the book you want? It need not go back to the library first. We ask, and it comes to you from "
        "one reader’s hands to another’s.",
        "body": [
            ("heading", "From the request to the book"),
            (
                "steps",
                [
                    "Open the title and choose “Ask for this book”. A sentence about why and until when helps.",
                    "A few holders are asked first, and each has some time to answer; if none of them can, the next are asked.",
                    "When one agrees, the two of you settle a time and a place; you can write to each other.",
                    "At the handover the one who gives shows a code of six digits or its QR code, the one who takes enters or scans it. "
                    "That is both confirmations.",
                    "If it is a library book, the library now moves the loan to your card and sets a new due date.",
                ],
            ),
            ("heading", "Every request gets a result"),
            (
                "text",
                "<p>A request lasts until the date on its page. If nobody could lend the book by then, you are told so, and how many "
                "were asked. "
                "You can withdraw a request at any time; holders who have not answered yet are released without any mark.</p>",
            ),
            ("heading", "Who sees what"),
            (
                "text",
                "<p>Nobody sees who the other is until the holder agrees: you see the part of the campus, the holder sees “a reader”. "
                "Afterwards each sees the other’s display name. Phone, mail and card numbers are never shown; messages, a place and "
                "a code are all you need.</p>",
            ),
            ("heading", "Who answers for a library book"),
            (
                "text",
                "<p>Until the library confirms the transfer, the book stays on the giver’s card. From that moment the one who took it "
                "answers for it, and the library’s own rules on late and damaged books apply. A book that another reader has placed a "
                "hold on, that was recalled, or that is due very soon and cannot be renewed, goes back to the library instead.</p>"
                "<p>If the library system can’t be reached, your confirmations are saved and we try again every five minutes. If the "
                "library says no, the page gives its reason, and a librarian sees it too.</p>",
            ),
            ("heading", "When plans change"),
            (
                "text",
                "<p>Either of you can cancel before the handover; please write why. Cancelling after agreeing is recorded; the first in "
                "a while costs no standing. If nobody confirms the handover for long, it ends by itself "
                "and the search for your book goes on.</p>",
            ),
        ],
    },
    {
        "slug": "lending-your-own-books",
        "title": "Lending your own books",
        "lead": "A book you have finished may be what someone in the next building is looking for. Listing it takes one scan of the "
        "barcode on its back.",
        "body": [
            ("heading", "Listing a book"),
            (
                "steps",
                [
                    "Choose “Add” and scan the barcode, or type the ISBN. A book without one can be entered by hand.",
                    "Choose how it is lent, its condition, and anything a borrower should know.",
                    "If you like, print a label for the inside cover: whoever finds the book can see how to bring it back.",
                ],
            ),
            ("heading", "Four ways to lend"),
            (
                "text",
                "<p><b>Lend</b>: for a fixed time, once longer if nobody waits. It stays yours.<br/>"
                "<b>Drift</b>: the reader passes it on to the next one; each leg of its journey is kept.<br/>"
                "<b>Gift</b>: after the handover it belongs to the other.<br/>"
                "<b>Display only</b>: others see that you have it; it is not lent.</p>",
            ),
            ("heading", "When somebody asks"),
            (
                "text",
                "<p>You get an ask that says until when to answer. The reader does not know who you are until you "
                "agree, and you may ask back first. "
                "If it does not suit you, choose “Not now”: it costs nothing and needs no reason. If you don’t answer in time we "
                "ask the next holder. Before exams or a journey, pause a book; it is asked for again when you resume.</p>",
            ),
            ("heading", "Coming back in time"),
            (
                "text",
                "<p>The borrower is reminded three days before the due date, on the day and the day after, then every week, and you are "
                "told. On the way back the borrower shows the code and you enter it.</p>",
            ),
            ("heading", "Damaged, or not returned"),
            (
                "text",
                "<p>Choose “Report a problem” on the lending and say what. A librarian hears both of you and settles it: returned, "
                "replaced, paid, or closed, with a reason that both can read. For a rare or precious book, “Display only” is the better "
                "choice.</p>",
            ),
        ],
    },
    {
        "slug": "points-and-standing",
        "title": "Points and standing",
        "lead": "Points say thank you for passing books on. Standing decides one thing only: how many requests you may have open. "
        "Neither can be turned into the other.",
        "body": [
            ("heading", "Where points come from"),
            (
                "text",
                "<ul><li>The first book you lend: 20</li><li>A completed lending, to the one who gave: 10</li>"
                "<li>An ask answered within six hours, yes or no: 3</li><li>An appointment both kept: 2 each</li>"
                "<li>A book brought back in time: 3</li></ul>"
                "<p>Only what both sides or the library have confirmed counts. There are limits for the same two readers, the same book "
                "and one day, and new points can be used some days later, so handing a book to and fro earns nothing more.</p>",
            ),
            ("heading", "What they are for"),
            (
                "text",
                "<p>For the rewards the library has set aside: printing, a purchase suggestion that is read first, one more open request. "
                "You get a voucher and show its number at the service desk. Points cannot be sold or given away.</p>",
            ),
            ("heading", "What standing looks at"),
            (
                "text",
                "<p>The last half year: appointments kept, asks answered, agreements cancelled, books brought back late. Each line is on "
                "your own page and nobody else sees it. Good standing lets you have more requests open; with poor standing you still "
                "have two. It never changes anybody’s place in a queue.</p>",
            ),
            ("heading", "Leaderboards"),
            (
                "text",
                "<p>Only for those who join, under a pseudonym, with figures and no titles, renewed once a night. A list of fewer than "
                "five readers is not shown. You decide whether you are on the lists of your area, department and groups too, and "
                "whether the library may name you on its honours page. You can leave at any time.</p>",
            ),
            ("heading", "If something looks wrong"),
            (
                "text",
                "<p>Every entry says where it comes from. Tell a librarian about a mistake: it is put right by a new entry, and the old "
                "one is never changed.</p>",
            ),
        ],
    },
)
