"""What units of the demonstration answer: in their own name, on the matter asked, in words of their trade. Pure."""

from datetime import date
from typing import Any, Final

DONE: Final[dict[str, tuple[str, ...]]] = {
    "urban-management": ("养护人员已到场处理并拍照存档", "执法队员已现场劝导并责令改正,该路段列入每日巡查"),
    "traffic-police": ("已安排警力在高峰时段到现场疏导", "已会同设施单位踏勘,按规范调整标线与信号配时"),
    "public-security": ("辖区派出所已出警核实并登记在案", "民警已约谈当事人,夜间加强巡逻"),
    "education": ("已约谈该校负责人并要求限期整改", "责任督学已到校核查,情况在校内公示"),
    "housing": ("已约谈物业与建设单位,限期整改并书面反馈", "质量监督人员已到现场查验,责成责任单位维修"),
    "bus": ("已调取车载录像核实,对驾驶员作出处理并调整班次", "已增加高峰班次,站台设施列入更新计划"),
    "water-supply": ("抢修队已排查管网并冲洗,水质复检合格", "已更换故障阀门,恢复正常供水"),
    "power": ("抢修人员已排查线路,更换了老化的设备", "已对该台区增容,并加派人员值守"),
    "gas": ("安检人员已上门检测,接口已更换并复测合格", "已核对计费记录,多收部分予以退还"),
    "labour": ("劳动监察人员已立案调查,责令单位限期支付", "已约谈用人单位,双方达成书面支付计划"),
    "medical-insurance": ("已核查结算记录,并对定点机构作出处理", "已联系经办机构更正参保信息"),
    "health": ("卫生监督人员已到现场检查并下达监督意见书", "已责成医疗机构公开流程、增派人手"),
    "civil-affairs": ("民政专干已入户核实家庭情况", "已责成机构整改收费与服务,并予以公示"),
    "natural-resources": ("执法人员已到现场勘测并责令停止", "已调阅审批档案核对面积与公示"),
    "environment": ("执法人员已夜间突击检查并采样送检", "已责令企业停产整改,整改后复测达标方可恢复"),
    "transport": ("养护人员已填补坑槽并设置警示", "运政人员已调查取证,对责任人依规处理"),
    "water": ("已组织清淤疏浚并检修泵站", "巡查人员已到河段取证,移送执法部门处理"),
    "agriculture": ("农技人员已到田间查看并取样送检", "已责成镇村公开账目并逐项答疑"),
    "market": ("执法人员已现场检查,问题商品下架封存", "已组织双方调解,商家同意退换并改正"),
    "fire": ("消防监督员已现场检查,通道内障碍已清除", "已督促产权单位更换设施并复查"),
    "emergency": ("检查组已到现场排查隐患并下达整改指令", "已会同属地清理现场,责任单位已作出承诺"),
    "post-bureau": ("已责成企业补投并向您说明", "已约谈企业负责人,规范末端投递"),
}
"""Two things that a unit does when people complain; they stand after a day."""
EVERYWHERE: Final = ("工作人员已到现场核实并与您提出的情况逐项核对", "已责成承办科室整改,专人负责到底")
"""What a unit does that has no line of its own."""
PAPERS: Final[dict[str, str]] = {
    "traffic-police": "身份证、行驶证或驾驶证原件",
    "public-security": "身份证、户口簿及相关证明",
    "education": "户口簿、住房或居住证明、预防接种证",
    "housing": "身份证、购房合同或房屋权属材料",
    "housing-fund": "身份证、公积金账户信息及对应的证明",
    "labour": "身份证、社保缴费记录及单位证明",
    "medical-insurance": "身份证、医保电子凭证及就医票据",
    "civil-affairs": "身份证、户口簿及家庭收入情况说明",
    "natural-resources": "身份证、合同与完税凭证",
    "taxation": "身份证、合同及缴款凭证",
    "veterans": "身份证、退役证件",
    "market": "身份证、经营场所证明",
    "disabled": "身份证、病历及评定申请表",
}
"""What one brings to a counter; else the identity card."""
ASKED: Final[dict[str, tuple[str, str]]] = {
    "complaint": ("请补充具体地点和发生的时间。", "就在我写的那个地方,最近一次是昨天晚上,照片也拍了。"),
    "consult": ("请说明您的户籍地和目前的参保或登记情况。", "户口在本市,手续以前在老单位办过一次。"),
    "suggestion": ("请说明您建议的大致范围和使用的人群。", "主要是附近几个小区的老人和学生用得上。"),
    "mailbox": ("请补充此前反映过的部门和答复。", "去年反映过两次,都说在研究,没有书面答复。"),
}
"""What a clerk asks back about a kind of post, and what its author says to it."""


FATES: Final = (
    ("adopted", "建议合理,已列入今年的工作计划。"),
    ("partly", "先在条件成熟的路段试行,其余待论证。"),
    ("declined", "现行规定不允许,已向上级反映。"),
)
"""What units decide of suggestions, in turn."""
FIRST_WORDS: Final = (
    "已派人到现场核实,期限内答复结果。",
    "已与当事单位取得联系,正在核对情况,核对后答复。",
    "已列入明日巡查,查看后把结果告诉您。",
)
"""What a unit says before it answers."""
LOOKED_UP: Final = "已向经办窗口核对政策和材料,期限内答复。"
"""The same to a question."""


def first_word(kind: str, n: int) -> str:
    """A unit's first word to a post of a kind."""
    return LOOKED_UP if kind == "consult" else FIRST_WORDS[n % len(FIRST_WORDS)]


def asked_back(kind: str) -> tuple[str, str]:
    """A clerk's question about a post of a kind, and its author's answer."""
    return ASKED.get(kind, ASKED["complaint"])


def reply(body: dict[str, Any], unit: str, name: str, today: date, n: int, again: bool = False) -> str:
    """What a unit of that name answers to a post on a day; `again` when the first answer did not content its author."""
    title, day = body["title"], f"{today.month}月{today.day}日"
    greeting = "来信人您好!您在信中说的" if body["kind"] == "mailbox" else "您好!您提出的"
    done = DONE.get(unit, EVERYWHERE)
    deed = done[(n + again) % len(done)]
    if again:
        return f"您好!关于“{title}”,{name}再次派人核实:{deed}。{day}已复查,此前答复不周之处请谅解。"
    if body["kind"] == "consult":
        papers = PAPERS.get(unit, "身份证")
        ways = (
            f"可在工作日到政务服务大厅{name}窗口办理,请带{papers};材料齐全的当场受理。",
            f"可在网上申报,也可到{name}办事窗口办理,需带{papers};缺少的材料由窗口一次告知。",
        )
        return f"您好!您咨询的“{title}”,{name}答复如下:{ways[n % len(ways)]}具体条件以窗口审核为准。"
    if body["kind"] == "suggestion":
        views = (
            "已会同属地到现场看过,拟先在条件成熟处试行",
            "已转相关科室论证,需要的经费正在测算",
            "与今年的工作安排相近,已一并研究",
        )
        return (
            f"您好!感谢您的建议“{title}”。{name}{day}研究认为:{views[n % len(views)]},是否采纳将在本帖公布。"
        )
    endings = (
        "欢迎继续监督。",
        "如再次出现,请随时告诉我们。",
        "后续进展由专人跟踪,一周内回访。",
    )
    return f"{greeting}“{title}”,{name}于{day}核实。{deed}。{endings[n % len(endings)]}"


def rating(grade: int, n: int) -> dict[str, Any]:
    """What an author rates a reply with: two in three say whether the matter is solved, and some are content without it."""
    if n % 3 == 2:
        return {"grade": grade}
    if grade >= 4:
        return {"grade": grade, "solved": "partly" if n % 7 == 3 else "yes"}
    return {"grade": grade, "solved": "partly" if grade == 3 else "no"}
