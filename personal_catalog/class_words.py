"""Words of titles that tell what a book is about: a class of the Chinese Library Classification and a subject for each. Our
own list, of the two upper levels only. The longest word that a title holds counts."""

WORDS: dict[str, tuple[str, str]] = {
    "心理": ("B84", "心理学"), "psycholog": ("B84", "Psychology"), "逻辑": ("B81", "逻辑学"), "伦理": ("B82", "伦理学"),
    "美学": ("B83", "美学"), "哲学": ("B0", "哲学"), "philosoph": ("B0", "Philosophy"), "宗教": ("B9", "宗教"),
    "统计": ("C8", "统计学"), "statistic": ("C8", "Statistics"), "社会学": ("C91", "社会学"), "sociolog": ("C91", "Sociology"),
    "人口": ("C92", "人口学"), "管理": ("C93", "管理学"), "management": ("C93", "Management"), "法律": ("D9", "法律"),
    "法学": ("D9", "法律"), "民法": ("D9", "法律"), "刑法": ("D9", "法律"), "政治": ("D0", "政治学"), "军事": ("E", "军事"),
    "经济": ("F0", "经济学"), "econom": ("F0", "Economics"), "会计": ("F2", "会计"), "accounting": ("F2", "Accounting"),
    "贸易": ("F7", "贸易"), "市场营销": ("F7", "市场营销"), "marketing": ("F7", "Marketing"), "金融": ("F8", "金融"),
    "投资": ("F8", "投资"), "财务": ("F2", "财务管理"), "finance": ("F8", "Finance"), "图书馆": ("G2", "图书馆学"),
    "传播": ("G2", "传播学"), "教育": ("G4", "教育"), "education": ("G4", "Education"), "体育": ("G8", "体育"),
    "语言学": ("H0", "语言学"), "linguistic": ("H0", "Linguistics"), "汉语": ("H1", "汉语"), "英语": ("H3", "英语"),
    "日语": ("H3", "日语"), "文学史": ("I1", "文学史"), "诗": ("I2", "诗歌"), "散文": ("I2", "散文"), "小说": ("I2", "小说"),
    "绘画": ("J2", "绘画"), "书法": ("J29", "书法"), "摄影": ("J4", "摄影"), "photograph": ("J4", "Photography"),
    "音乐": ("J6", "音乐"), "music": ("J6", "Music"), "电影": ("J9", "电影"), "世界史": ("K1", "世界史"), "中国史": ("K2", "中国史"),
    "历史": ("K1", "历史"), "history": ("K1", "History"), "传记": ("K81", "传记"), "考古": ("K85", "考古"), "地理": ("K9", "地理"),
    "系统科学": ("N94", "系统科学"), "数学": ("O1", "数学"), "mathematic": ("O1", "Mathematics"), "代数": ("O1", "代数"),
    "algebra": ("O1", "Algebra"), "微积分": ("O1", "微积分"), "calculus": ("O1", "Calculus"), "概率": ("O1", "概率论"),
    "probability": ("O1", "Probability"), "运筹": ("O1", "运筹学"), "几何": ("O1", "几何"), "数值": ("O1", "数值分析"),
    "力学": ("O3", "力学"), "mechanics": ("O3", "Mechanics"), "流体力学": ("O3", "流体力学"), "物理": ("O4", "物理学"),
    "physics": ("O4", "Physics"), "量子": ("O4", "量子力学"), "quantum": ("O4", "Quantum mechanics"), "化学": ("O6", "化学"),
    "chemistry": ("O6", "Chemistry"), "天文": ("P1", "天文学"), "测绘": ("P2", "测绘学"), "气象": ("P4", "气象学"),
    "地质": ("P5", "地质学"), "海洋": ("P7", "海洋学"), "生物": ("Q1", "生物学"), "biolog": ("Q1", "Biology"),
    "遗传": ("Q3", "遗传学"), "genetic": ("Q3", "Genetics"), "植物": ("Q94", "植物学"), "动物": ("Q95", "动物学"),
    "鸟类": ("Q95", "鸟类"), "医学": ("R", "医学"), "medicine": ("R", "Medicine"), "药理": ("R9", "药理学"), "农业": ("S", "农业"),
    "园艺": ("S6", "园艺"), "材料": ("TB", "材料科学"), "冶金": ("TF", "冶金"), "金属": ("TG", "金属学"), "机械": ("TH", "机械工程"),
    "机械制图": ("TH", "机械制图"), "热力": ("TK", "热力工程"), "电工": ("TM", "电工技术"), "电机": ("TM", "电机"), "电路": ("TM", "电路"),
    "电子": ("TN", "电子技术"), "通信": ("TN", "通信"), "信号": ("TN", "信号处理"), "计算机": ("TP", "计算机"),
    "computer": ("TP", "Computing"),
    "程序": ("TP", "程序设计"), "programming": ("TP", "Programming"), "算法": ("TP", "算法"), "algorithm": ("TP", "Algorithms"),
    "数据结构": ("TP", "数据结构"), "操作系统": ("TP", "操作系统"), "机器学习": ("TP", "机器学习"),
    "machine learning": ("TP", "Machine learning"),
    "人工智能": ("TP", "人工智能"), "matlab": ("TP", "MATLAB"), "python": ("TP", "Python"), "控制": ("TP", "自动控制"),
    "化工": ("TQ", "化学工程"), "食品": ("TS", "食品工业"), "烹": ("TS", "烹饪"), "cook": ("TS", "Cooking"), "建筑": ("TU", "建筑"),
    "architecture": ("TU", "Architecture"), "土木": ("TU", "土木工程"), "结构": ("TU", "结构工程"), "水利": ("TV", "水利工程"),
    "铁路": ("U2", "铁路"), "汽车": ("U4", "汽车"), "航空": ("V2", "航空"), "航天": ("V4", "航天"), "环境": ("X", "环境科学"),
    "百科": ("Z2", "百科全书"), "词典": ("Z3", "词典"), "辞典": ("Z3", "词典"),
}  # fmt: skip


def of_title(title: str) -> list[tuple[str, str, str]]:
    """Word, class and subject, the longest word first; a word inside one that counts already says nothing more."""
    folded = title.casefold()
    held = sorted((word for word in WORDS if word in folded), key=lambda word: (-len(word), folded.index(word)))
    told: list[str] = []
    for word in held:
        if not any(word in longer for longer in told):
            told.append(word)
    return [(word, *WORDS[word]) for word in told]
