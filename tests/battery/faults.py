"""The table of faults, in the order in which they are played."""

from typing import Final

from tests.battery import data, disks, network, processes
from tests.battery.scene import Fault

FAULTS: Final = (
    Fault("kills", "每个进程反复被杀或被要求结束", processes.kills),
    Fault("freezes", "监听进程停顿超过会话时限后醒来", processes.freezes),
    Fault("broker-away", "消息系统被杀并离开一分钟", processes.broker_away),
    Fault("database-killed", "数据库被杀三次,其中一次在恢复途中", processes.database_killed),
    Fault("two-managers", "第二个管理进程;管理进程被杀后两个同时接替", processes.two_managers),
    Fault("storm", "十个实例不断加入和离开", processes.storm),
    Fault("held-head", "分区的头行被他人锁住", data.held_head),
    Fault("clock-steps", "时钟被拨快、拨慢一小时", data.clock_steps),
    Fault("slow-database", "数据库所在的盘很慢", disks.slow_database),
    Fault("slow-broker", "消息系统所在的盘很慢", disks.slow_broker),
    Fault("full-database", "数据库所在的盘已满", disks.full_database),
    Fault("full-log", "消息系统所在的盘已满", disks.full_log),
    # The last on its stack: from then on the audit tells of the strangers in the log.
    Fault("poison", "每个主题里都有不可读的记录", data.poison),
    Fault("slow-network", "到数据库的网络很慢,中断十五秒", network.slow_network, network=True),
)
