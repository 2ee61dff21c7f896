"""Chinese surnames, and the words that only look like a name because they begin with one."""

from __future__ import annotations

from typing import Final

COMMON: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季"
    "俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍"
    "翁隋甘景薄单包司柏宁柯阮桂闵解强丘肇晏褚娄臧冉闫刁冀滕佟蒲穆代喻宗付卓骆柴车房边吉饶宫敖岑郁简蓝茅狄米贝明计伏湛池仇"
    "栾暴甫厉戎祖束慕连茹习宦艾鱼容古庾终暨居衡步都满弘匡国寇广禄阙东利师巩厍晁勾融冷訾阚那空沙乜养鞠须丰巢蒯相后荆红竺权"
    "逯盖益桓公"
)
"""Surnames of one character, the most frequent ones first."""

RARE: Final = (
    "戚窦奚郎酆廉邬卞禹贲杭钮嵇荀於芮羿储汲邴糜隗郗仲钭韶郜蓟蔺胥莘党劳逄姬郦雍郤璩濮扈郏瞿殳沃蔚夔毋虞缪裘昝诸巫邰鄂符宰仝亓冼麦佘帅缑亢况谯笪佴"
    "鄢楚晋汝钦尧禚揭谌邸戢矫咎庹雒仉麴郇郄呙綦粟冒辜檀遆隽甯芈蹇苟谈宓索咸桑贡屠燕"
)
"""Further surnames, of the book of the hundred families and of the census; few words begin with them."""

EVERYDAY: Final = (
    "水昌云凤花华乐皮元危麻干滑羊家封惠松井富乌巴弓牧山蓬班仰秋伊幸印宿怀籍阴能苍双闻扶堵寿通浦尚农充慎戈"
    "越拜有商墨哈年爱言福伯海展操占原楼鹿苑官门来信生初修战迟化由母敬法撒"
)
"""Surnames with which so many words begin that only a name of three characters counts."""

COMPOUND: Final = (
    *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "长孙", "夏侯"),
    *("宇文", "轩辕", "独孤", "南宫", "百里", "呼延", "西门", "申屠", "拓跋", "钟离", "闻人", "万俟", "赫连", "澹台"),
    *("濮阳", "淳于", "太叔", "公冶", "宗政", "漆雕", "公良", "夹谷", "宰父", "谷梁", "段干", "东郭", "南门", "羊舌"),
    *("梁丘", "左丘", "仲孙", "叔孙", "鲜于", "闾丘", "司空", "司寇", "巫马", "公羊", "亓官", "颛孙", "壤驷", "乐正"),
    *("即墨", "纳兰", "完颜", "叶赫", "耶律", "那拉", "公西", "公伯", "子车", "东门"),
)
"""Surnames of two characters."""

PINYIN: Final = frozenset(
    """
    ai an bai bao bi bian bu cai cao cen chai chang chao che chen cheng chi chu cui dai dang deng di diao ding
    dong dou du duan fan fang fei feng fu gan gao ge geng gong gou gu guan guo hai han hao he hong hou hu hua
    huang huo ji jia jian jiang jiao jin jing ju kang ke kong kuang lai lan lang lei leng li lian liang liao
    lin ling liu long lou lu lü luo lv ma mao mei meng mi miao min mo mu ni nie ning niu ou ouyang pan pang
    pei peng pi pu qi qian qiao qin qiu qu quan ran rao ren rong ruan shang shao shen sheng shi shu si sima
    situ song su sui sun tan tang tao teng tian tong tu wan wang wei wen weng wu xi xia xiang xiao xie xin
    xing xiong xu xue yan yang yao ye yi yin ying you yu yuan yue zang zeng zhai zhan zhang zhao zhen zheng
    zhong zhou zhu zhuang zhuge zong zou zu zuo
    """.split()  # noqa: SIM905 (a word list is read as words)
)
"""Surnames in Latin letters."""

# As surnames rare, as words everywhere: without a given name they are taken for the word.
AMBIGUOUS: Final = (
    "和于向都成应时连从管支明常有别路后代包关计项平安强单全查解终须相养空那居步满国广东利师红公容习都益权盖祝房边宗"
)

NOT_NAMES: Final = frozenset(
    """
    安排 安全 安静 安置 安装 安慰 安心 安居 安徽 安康 白天 白酒 白内 包括 包容 包装 包村 毕业 毕竟 边缘
    边界 别人 别的 别墅 步行 曾经 查询 查看 常常 常见 常年 常来 常住 常青 车辆 车站 车位 车库 车子 陈旧
    陈述 成立 成员 成为 成都 成功 成长 成年 成人 成果 成本 程度 程序 池塘 充分 从来 从事 从不 从前 从小
    代表 代替 代办 代购 戴着 单位 单亲 单身 单独 单元 单一 东西 东湖 东北 东南 东莞 都是 都有 都会 都好
    都在 都很 都没 都能 都要 都不 董事 杜绝 段落 范围 范例 方便 方面 方法 方式 方向 方言 方案 方块 房子
    房屋 房租 房东 房间 房产 费用 费心 丰富 付款 付出 付费 干部 甘肃 高中 高兴 高血 高温 高龄 高级 高职
    高压 高校 高层 高度 高考 高速 高薪 高质 高效 耿直 公司 公园 公共 公务 公益 公开 公平 公示 公交 公告
    公寓 公安 公正 公立 古田 古老 顾虑 顾客 顾问 关心 关系 关于 关注 关爱 关怀 关键 关闭 管理 管道 管控
    广场 广播 广州 广东 广西 广告 广泛 广大 贵州 桂花 桂林 国家 国企 国庆 国内 国外 国有 韩国 杭州 何时
    何种 何人 何必 何况 何事 何处 和谐 和睦 和气 和平 和解 贺卡 黑龙 红包 红旗 红色 红军 洪山 洪水 洪涝
    洪湖 后来 后勤 后期 后续 后天 后面 后湖 胡同 胡乱 胡说 胡椒 华为 黄色 黄石 黄冈 黄陂 黄金 黄豆 黄酒
    黄昏 黄鹤 黄埔 惠州 吉林 吉祥 季度 季节 纪念 纪律 计划 计算 计生 计较 家庭 贾湖 简单 简易 简陋 简历
    江西 江苏 江夏 江岸 江汉 江南 江北 江边 江城 江湖 江滩 焦虑 焦急 焦点 解决 解释 解放 解答 解封 解除
    金融 金钱 金额 金牌 金银 金属 金华 经常 经济 荆州 荆门 景区 景色 居民 居住 居委 居然 康复 康养 康健
    孔雀 空调 空间 空气 空地 空闲 空巢 雷雨 雷锋 雷达 冷静 冷漠 冷水 冷淡 黎明 利益 利用 利于 利息 连续
    连接 连锁 连忙 梁子 林业 林地 林区 林场 林木 凌晨 凌乱 刘海 龙头 龙虾 龙舟 龙泉 隆重 鲁莽 陆续 陆地
    路上 路灯 路面 路人 路口 路线 路边 路过 罗列 罗田 吕梁 麻将 马上 马路 马虎 满意 满足 满分 毛病 毛巾
    毛笔 毛衣 梅花 梅雨 蒙古 孟加 米饭 米粉 米面 苗木 苗族 苗圃 闵行 明白 明显 明确 明年 明天 明星 莫名
    莫非 牟利 宁波 宁夏 宁静 宁愿 牛奶 牛肉 农民 欧洲 欧美 潘多 庞大 彭州 平时 平安 平等 平台 平均 平常
    平稳 平衡 平房 浦东 齐全 齐心 祁门 钱包 钱财 钱款 强烈 强大 强调 强化 强制 乔迁 秦皇 秦岭 青山 邱县
    曲折 全家 全部 全面 全职 全天 全心 权利 权益 权力 任何 任务 任意 任职 容易 容量 融入 融合 荣誉 沙发
    沙滩 沙市 单县 商店 商人 邵阳 申请 申报 申诉 沈阳 盛大 盛行 师傅 师生 师范 师资 施工 施行 施肥 石油
    石头 石化 石材 时间 时候 时常 时代 时刻 时效 时长 时不 史上 史料 舒服 舒适 舒心 司机 司法 松滋 宋代
    苏州 苏醒 隋唐 随时 孙子 孙女 孙辈 汤圆 汤逊 汤药 唐突 唐山 陶瓷 滕州 田地 田间 田野 田径 铁路 童年
    童装 王国 王牌 王者 王府 万一 万元 万分 万岁 万人 万物 魏晋 温暖 温馨 温度 温州 温和 温泉 文化 文明
    文体 文艺 文盲 文件 文字 文书 文员 文职 翁婿 吴忠 吴江 武汉 武昌 武术 武装 武警 席位 习惯 夏天 夏季
    夏令 相关 相信 相互 相处 相对 相当 香港 向上 向导 向来 向着 向阳 向社 向我 向他 向居 项目 项链 萧山
    肖像 谢谢 谢绝 辛苦 辛亏 辛勤 邢台 熊猫 徐州 徐徐 许多 许可 许久 许昌 须知 宣传 薛定 严重 严格 严肃
    严厉 颜色 阎王 晏子 杨柳 杨树 杨梅 杨园 养老 养殖 养护 养生 养猪 叶子 叶片 易于 易懂 易学 殷勤 尹始
    应该 应急 应当 应对 应用 应酬 尤其 游玩 游客 游泳 游戏 游乐 游行 于是 于此 余下 余额 余地 余姚 余杭
    鱼塘 俞敏 郁闷 郁金 岳阳 岳父 岳母 曾都 查房 张贴 张开 张罗 张望 章程 章节 赵州 甄别 郑州 郑重 郑和
    支持 支部 支付 支出 钟头 钟点 钟表 钟爱 周边 周末 周围 周到 周一 周二 周三 周四 周五 周六 周日 周年
    周期 周转 周口 朱红 祝福 祝愿 祝你 庄稼 庄严 庄园 卓越 宗教 宗旨 邹城 祖国 祖传 祖父 祖母 左右 左边
    左岸 时段 时有 时而 满族 白族 回族 广埠 关东 水果 和他 和我 和社 和居 和邻 和志 和老 向老 连老 都老
    于老 从老 同老 应老 时老 强老 全老 单老 管老 明老 高老
    地方 对方 双方 多方 官方 警方 提高 最高 不曾 未曾 责任 主任 信任 担任 现任 前任 中文 语文 千万 作文 人文
    """.split()  # noqa: SIM905 (five hundred words are read as words)
)
"""Beginnings (two characters) of words and places that are not names."""

NOT_LAST: Final = "省市区县镇乡村组街道路巷社屯湾垸岗庄园苑城店厂院校所局部站馆队处室楼栋号家族州"
"""Characters with which the name of a place or an office ends, and hardly ever that of a person."""
