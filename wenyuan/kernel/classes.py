"""The names of the classes of the Chinese Library Classification (5th edition), to the second level.

Names as the schedules print them, shortened in English by us. Divisions that the schedules name as a range
(``I3/7``) stand here one by one; discontinued and most alternative ones are left out, so that a number of theirs
belongs to its main class alone. They are data of the standard, like its numbers, not words of a page.
"""

from functools import cache

from wenyuan.kernel.classification import fold_class_number, main_class

_OUTLINE = """
A|马克思主义、列宁主义、毛泽东思想、邓小平理论|Marxism, Leninism, Mao Zedong Thought, Deng Xiaoping Theory
A1|马克思、恩格斯著作|Works of Marx and Engels
A2|列宁著作|Works of Lenin
A3|斯大林著作|Works of Stalin
A4|毛泽东著作|Works of Mao Zedong
A49|邓小平著作|Works of Deng Xiaoping
A5|马克思、恩格斯、列宁、斯大林、毛泽东、邓小平著作汇编|Collected works of Marx to Deng
A7|马克思、恩格斯、列宁、斯大林、毛泽东、邓小平生平和传记|Lives of Marx to Deng
A8|马克思主义、列宁主义、毛泽东思想、邓小平理论的学习和研究|Study of Marxism and its successors
B|哲学、宗教|Philosophy and religion
B-4|哲学教育与普及|Philosophy, taught and made popular
B0|哲学理论|Philosophical theory
B1|世界哲学|World philosophy
B2|中国哲学|Chinese philosophy
B3|亚洲哲学|Asian philosophy
B4|非洲哲学|African philosophy
B5|欧洲哲学|European philosophy
B6|大洋洲哲学|Philosophy of Oceania
B7|美洲哲学|American philosophy
B80|思维科学|Science of thinking
B81|逻辑学（论理学）|Logic
B82|伦理学（道德哲学）|Ethics
B83|美学|Aesthetics
B84|心理学|Psychology
B9|宗教|Religion
C|社会科学总论|Social sciences in general
C0|社会科学理论与方法论|Theory and methods of social sciences
C1|社会科学现状及发展|State of social sciences
C2|社会科学机构、团体、会议|Institutions and meetings of social sciences
C3|社会科学研究方法|Research methods of social sciences
C4|社会科学教育与普及|Social sciences, taught and made popular
C5|社会科学丛书、文集、连续性出版物|Series and serials of social sciences
C6|社会科学参考工具书|Reference works of social sciences
C8|统计学|Statistics
C91|社会学|Sociology
C92|人口学|Demography
C93|管理学|Management
C95|民族学|Ethnology
C96|人才学|Study of talent
C97|劳动科学|Study of work
D|政治、法律|Politics and law
D0|政治理论|Political theory
D1|国际共产主义运动|International communist movement
D2|中国共产党|Communist Party of China
D3|各国共产党|Communist parties of other countries
D4|工人、农民、青年、妇女运动与组织|Movements of workers, farmers, youth and women
D5|世界政治|World politics
D6|中国政治|Chinese politics
D7|各国政治|Politics of other countries
D8|外交、国际关系|Diplomacy and international relations
D9|法律|Law
DF|法律|Law (alternative class)
E|军事|Military affairs
E0|军事理论|Military theory
E1|世界军事|Military affairs of the world
E2|中国军事|Military affairs of China
E3|亚洲军事|Military affairs of Asia
E4|非洲军事|Military affairs of Africa
E5|欧洲军事|Military affairs of Europe
E6|大洋洲军事|Military affairs of Oceania
E7|美洲军事|Military affairs of the Americas
E8|战略学、战役学、战术学|Strategy, operations and tactics
E9|军事技术|Military technology
E99|军事地形学、军事地理学|Military topography and geography
F|经济|Economics
F0|经济学|Economic theory
F1|世界各国经济概况、经济史、经济地理|Economies of the world, their history and geography
F2|经济计划与管理|Economic planning and management
F3|农业经济|Farming economy
F4|工业经济|Industrial economy
F49|信息产业经济（总论）|Information industry
F5|交通运输经济|Transport economy
F59|旅游经济|Tourism
F6|邮电经济|Post and telecommunication economy
F7|贸易经济|Trade
F8|财政、金融|Public finance, money and banking
G|文化、科学、教育、体育|Culture, science, education and sports
G0|文化理论|Theory of culture
G1|世界各国文化与文化事业|Culture of the world
G2|信息与知识传播|Spreading information and knowledge
G3|科学、科学研究|Science and research
G4|教育|Education
G8|体育|Sports
H|语言、文字|Languages and writing
H0|语言学|Linguistics
H1|汉语|Chinese
H2|中国少数民族语言|Languages of China's minorities
H3|常用外国语|Common foreign languages
H4|汉藏语系|Sino-Tibetan languages
H5|阿尔泰语系（突厥-蒙古-通古斯语系）|Altaic languages
H61|南亚语系（澳斯特罗-亚细亚语系）|Austroasiatic languages
H62|南印语系（达罗毗荼语系、德拉维达语系）|Dravidian languages
H63|南岛语系（马来亚-玻里尼西亚语系）|Austronesian languages
H64|东北亚诸语言|Languages of Northeast Asia
H65|高加索语系（伊比利亚-高加索语系）|Caucasian languages
H66|乌拉尔语系（芬兰-乌戈尔语系）|Uralic languages
H67|闪-含语系（阿非罗-亚细亚语系）|Afroasiatic languages
H7|印欧语系|Indo-European languages
H81|非洲诸语言|Languages of Africa
H83|美洲诸语言|Languages of the Americas
H84|大洋洲诸语言|Languages of Oceania
H9|国际辅助语|International auxiliary languages
I|文学|Literature
I0|文学理论|Literary theory
I1|世界文学|World literature
I2|中国文学|Chinese literature
I3|亚洲文学|Asian literature
I4|非洲文学|African literature
I5|欧洲文学|European literature
I6|大洋洲文学|Literature of Oceania
I7|美洲文学|American literature
J|艺术|Art
J0|艺术理论|Theory of art
J1|世界各国艺术概况|Art of the world
J2|绘画|Painting
J29|书法、篆刻|Calligraphy and seal carving
J3|雕塑|Sculpture
J4|摄影艺术|Photography
J5|工艺美术|Applied arts
J59|建筑艺术|Architecture as art
J6|音乐|Music
J7|舞蹈|Dance
J8|戏剧艺术|Theatre
J9|电影、电视艺术|Film and television
K|历史、地理|History and geography
K0|史学理论|Theory of history
K1|世界史|World history
K2|中国史|Chinese history
K3|亚洲史|History of Asia
K4|非洲史|History of Africa
K5|欧洲史|History of Europe
K6|大洋洲史|History of Oceania
K7|美洲史|History of the Americas
K81|传记|Biography
K85|文物考古|Archaeology and relics
K89|风俗习惯|Customs
K9|地理|Geography
N|自然科学总论|Natural sciences in general
N0|自然科学理论与方法论|Theory and methods of natural sciences
N1|自然科学现状及发展|State of natural sciences
N2|自然科学机构、团体、会议|Institutions and meetings of natural sciences
N3|自然科学研究方法|Research methods of natural sciences
N4|自然科学教育与普及|Natural sciences, taught and made popular
N5|自然科学丛书、文集、连续性出版物|Series and serials of natural sciences
N6|自然科学参考工具书|Reference works of natural sciences
N8|自然科学调查、考察|Expeditions and surveys
N91|自然研究、自然历史|Natural history
N93|非线性科学|Nonlinear science
N94|系统科学|Systems science
O|数理科学和化学|Mathematics, physics and chemistry
O1|数学|Mathematics
O3|力学|Mechanics
O4|物理学|Physics
O6|化学|Chemistry
O7|晶体学|Crystallography
P|天文学、地球科学|Astronomy and earth sciences
P1|天文学|Astronomy
P2|测绘学|Surveying and mapping
P3|地球物理学|Geophysics
P4|大气科学（气象学）|Atmospheric science
P5|地质学|Geology
P7|海洋学|Oceanography
P9|自然地理学|Physical geography
Q|生物科学|Biology
Q-0|生物科学的理论与方法|Theory and methods of biology
Q-1|生物科学现状与发展|State of biology
Q-3|生物科学的研究方法与技术|Research methods of biology
Q-4|生物科学教育与普及|Biology, taught and made popular
Q-9|生物资源调查|Surveys of living resources
Q1|普通生物学|General biology
Q2|细胞生物学|Cell biology
Q3|遗传学|Genetics
Q4|生理学|Physiology
Q5|生物化学|Biochemistry
Q6|生物物理学|Biophysics
Q7|分子生物学|Molecular biology
Q81|生物工程学（生物技术）|Biotechnology
Q91|古生物学|Palaeontology
Q93|微生物学|Microbiology
Q94|植物学|Botany
Q95|动物学|Zoology
Q96|昆虫学|Entomology
Q98|人类学|Anthropology
R|医药、卫生|Medicine and health
R-0|医学一般理论|Medical theory
R-1|医学现状与发展|State of medicine
R-3|医学研究方法|Research methods of medicine
R1|预防医学、卫生学|Preventive medicine and hygiene
R2|中国医学|Chinese medicine
R3|基础医学|Basic medicine
R4|临床医学|Clinical medicine
R5|内科学|Internal medicine
R6|外科学|Surgery
R71|妇产科学|Gynaecology and obstetrics
R72|儿科学|Paediatrics
R73|肿瘤学|Oncology
R74|神经病学与精神病学|Neurology and psychiatry
R75|皮肤病学与性病学|Dermatology and venereology
R76|耳鼻咽喉科学|Ear, nose and throat
R77|眼科学|Ophthalmology
R78|口腔科学|Dentistry
R79|外国民族医学|Medicine of other peoples
R8|特种医学|Special medicine
R9|药学|Pharmacy
S|农业科学|Agriculture
S-0|农业科学一般性理论|Agricultural theory
S-1|农业科学技术现状与发展|State of agriculture
S-3|农业科学研究、试验|Agricultural research
S1|农业基础科学|Basics of agriculture
S2|农业工程|Agricultural engineering
S3|农学（农艺学）|Agronomy
S4|植物保护|Plant protection
S5|农作物|Crops
S6|园艺|Gardening
S7|林业|Forestry
S8|畜牧、动物医学、狩猎、蚕、蜂|Livestock, veterinary medicine, hunting, silkworms and bees
S9|水产、渔业|Fishery
T|工业技术|Technology
T-0|工业技术理论|Theory of technology
T-1|工业技术现状与发展|State of technology
T-2|工业技术机构、团体、会议|Institutions and meetings of technology
T-6|工业技术参考工具书|Reference works of technology
TB|一般工业技术|General technology
TD|矿业工程|Mining
TE|石油、天然气工业|Oil and gas
TF|冶金工业|Metallurgy
TG|金属学与金属工艺|Metals and metalworking
TH|机械、仪表工业|Machines and instruments
TJ|武器工业|Weapons
TK|能源与动力工程|Energy and power
TL|原子能技术|Nuclear technology
TM|电工技术|Electrical engineering
TN|无线电电子学、电信技术|Electronics and telecommunication
TP|自动化技术、计算机技术|Automation and computers
TQ|化学工业|Chemical industry
TS|轻工业、手工业|Light industry, crafts and cooking
TU|建筑科学|Building
TV|水利工程|Hydraulic engineering
U|交通运输|Transport
U1|综合运输|Combined transport
U2|铁路运输|Railways
U4|公路运输|Roads
U6|水路运输|Waterways
V|航空、航天|Aviation and space
V1|航空、航天技术的研究与探索|Research in aviation and space
V2|航空|Aviation
V4|航天（宇宙航行）|Space flight
X|环境科学、安全科学|Environment and safety
X-0|环境科学理论|Theory of environmental science
X-1|环境科学技术现状与发展|State of environmental science
X-4|环境保护宣传教育及普及|Environment, taught and made popular
X-6|环境保护参考工具书|Reference works on the environment
X1|环境科学基础理论|Basics of environmental science
X2|社会与环境|Society and environment
X3|环境保护管理|Protecting the environment
X4|灾害及其防治|Disasters and their prevention
X5|环境污染及其防治|Pollution and its prevention
X7|废物处理与综合利用|Waste and its use
X8|环境质量评价与环境监测|Watching the environment
X9|安全科学|Safety
Z|综合性图书|General works
Z1|丛书|Series
Z2|百科全书、类书|Encyclopaedias
Z3|辞典|Dictionaries
Z4|论文集、全集、选集、杂著|Collections and miscellanies
Z5|年鉴、年刊|Yearbooks
Z6|期刊、连续性出版物|Periodicals
Z8|图书目录、文摘、索引|Catalogues, abstracts and indexes
"""

_LONGEST = 3


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Chinese and English by code."""
    rows = (line.split("|") for line in _OUTLINE.strip().splitlines())
    return {code: (chinese, english) for code, chinese, english in rows}


def levels_of(class_no: str) -> tuple[str, ...]:
    """The main class of a number and its division, as far as there are: ``I247.57`` gives I and I2, ``R711`` R and R71.

    Nothing for what is no CLC number.
    """
    main = main_class(class_no)
    if not main:
        return ()
    folded = fold_class_number(class_no)
    parts = (folded[:length] for length in range(min(_LONGEST, len(folded)), 1, -1))
    division = next((part for part in parts if part in _names()), "")
    return (main, division) if division else (main,)


def divisions_of(main: str) -> tuple[str, ...]:
    """The divisions of a main class in shelf order; nothing for a division, or for what is no class."""
    return tuple(code for code in _names() if main and code != main and main_class(code) == main)


def class_name(code: str, language: str) -> str:
    """The name of a class of the first two levels, in English where ``language`` begins with ``en``; else empty."""
    chinese, english = _names().get(code, ("", ""))
    return english if language.startswith("en") else chinese
