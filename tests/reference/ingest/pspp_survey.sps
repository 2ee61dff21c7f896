* Written with PSPP 1.6.2, once in UTF-8 and once in GB18030 (where PSPP leaves the labels of a .por in UTF-8):
*   pspp pspp_survey.sps
*   sed -e 's/utf8/gb18030/' -e '1i SET LOCALE="GB18030".' pspp_survey.sps | iconv -t gb18030 > gb.sps
*   pspp --syntax-encoding=GB18030 gb.sps.
DATA LIST LIST (";") /id (F8.0) q1a q1b q1c (F1.0) q2a q2b (F2.0) 姓名 (A20) 过去十二个月家庭全部可支配收入合计金额 (F10.2)
  big (E20.10) w (F6.3) d (ADATE10) moment (DATETIME20) essay (A600) s1 s2 (A1).
BEGIN DATA
1;1;0;1;3;5;张三;-1234.5678;1e300;1.5;01/02/2020;02-JAN-2020 10:20:30;很长的文字说明;Y;N
2;0;1;0;4;99;李四;0.1;-1e-300;0.75;;;短;N;Y
3;9;1;0;-8;5;"王,五";1e15;0.333333333333;1;12/31/1999;31-DEC-1999 23:59:59;x y z;Y;Y
END DATA.
COMPUTE essay = CONCAT(RPAD("", 300, "甲乙丙"), essay).
VARIABLE LABELS id '编号' q1a '服务：养老' q1b '服务：托幼' 过去十二个月家庭全部可支配收入合计金额 '家庭年收入（元）' essay '其他说明'.
VALUE LABELS q1a q1b q1c 1 '是' 0 '否' 9 '不知道' /q2a q2b 3 '很满意' 4 '满意' 5 '一般' /姓名 '张三' '组长' /s1 s2 'Y' '有' 'N' '无'.
MISSING VALUES q1a q1b q1c (9) /q2a q2b (LO THRU -1, 99) /s1 ('N').
WEIGHT BY w.
MRSETS /MDGROUP NAME=$服务 LABEL='接受过的服务' VARIABLES=q1a q1b q1c VALUE=1
 /MCGROUP NAME=$cats LABEL='满意的方面' VARIABLES=q2a q2b
 /MDGROUP NAME=$strs LABEL='有无' VARIABLES=s1 s2 VALUE='Y'.
FILE LABEL 试点社区居民问卷.
DOCUMENT 第一行说明.
SAVE OUTFILE='pspp_utf8.sav'.
SAVE OUTFILE='pspp_utf8.zsav' /ZCOMPRESSED.
EXPORT OUTFILE='pspp_utf8.por'.
