"""smartctl's JSON reports of drives, with the numbers that matter and nothing else: for several tests."""

from rebond_schemas.smart import Smart

NAMES = {
    5: "Reallocated_Sector_Ct",
    9: "Power_On_Hours",
    10: "Spin_Retry_Count",
    184: "End-to-End_Error",
    187: "Reported_Uncorrect",
    188: "Command_Timeout",
    196: "Reallocated_Event_Count",
    197: "Current_Pending_Sector",
    198: "Offline_Uncorrectable",
    199: "UDMA_CRC_Error_Count",
}
COUNTS = (5, 10, 187, 196, 197, 198)


def row(number, raw, **more):
    told = {"value": raw, "string": str(raw)} if isinstance(raw, int) else raw
    usual = {"name": NAMES.get(number, "Any"), "value": 100, "worst": 100, "thresh": 0}
    return usual | {"id": number, "when_failed": "", "raw": told} | more


def hdd(*rows, **more):
    """Return a healthy hard disk's report with these rows in place of its own."""
    table = {number: row(number, 0) for number in (*COUNTS, 199)}
    table |= {one["id"]: one for one in rows}
    return {
        "smartctl": {"exit_status": 0},
        "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
        "model_name": "A hard disk",
        "rotation_rate": 7200,
        "smart_status": {"passed": True},
        "power_on_time": {"hours": 20_000},
        "ata_smart_attributes": {"table": list(table.values())},
    } | more


def ssd(*rows, **more):
    left = {"id": 202, "name": "Percent_Lifetime_Remain", "value": 90, "raw": {"string": "10"}}
    return hdd(left, *rows, rotation_rate=0, in_smartctl_database=True) | more


def nvme(**health):
    usual = {"critical_warning": 0, "available_spare": 100, "available_spare_threshold": 10}
    usual |= {"percentage_used": 3, "media_errors": 0, "num_err_log_entries": 0}
    return {
        "smartctl": {"exit_status": 0},
        "device": {"type": "nvme", "protocol": "NVMe"},
        "smart_status": {"passed": not health.get("critical_warning")},
        "nvme_smart_health_information_log": usual | health,
    }


def sas(**more):
    return {
        "smartctl": {"exit_status": 0},
        "device": {"type": "scsi", "protocol": "SCSI"},
        "rotation_rate": 15000,
        "smart_status": {"passed": True},
        "scsi_grown_defect_list": 0,
        "scsi_error_counter_log": counters(read=0, write=0),
    } | more


def errors(*hours, register=0x40, log="summary"):
    found = [{"lifetime_hours": h, "completion_registers": {"error": register}} for h in hours]
    return {log: {"count": len(found), "table": found}}


def selftests(*rows):
    told = [{"type": {"value": kind}, "status": {"passed": passed}} for kind, passed in rows]
    return {"standard": {"table": told}}


def counters(**uncorrected):
    return {act: {"total_uncorrected_errors": count} for act, count in uncorrected.items()}


def statistic(name, value, **flags):
    rows = [{"name": name, "value": value, "flags": {"valid": True} | flags}]
    return {"pages": [{"table": rows}]}


def silent(text):
    return {
        "smartctl": {"exit_status": 2, "messages": [{"string": text, "severity": "error"}]},
        "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
    }


def emmc(life, pre_eol):
    """Return what the agent reads of an eMMC: smartctl knows none."""
    return Smart(protocol="MMC", emmc_life_used=life, emmc_pre_eol=pre_eol)
