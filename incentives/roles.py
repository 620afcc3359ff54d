"""What the staff's groups may do with points, rewards and vouchers; the table itself stands in sharing."""

RIGHTS = {
    "Branch librarians": ("incentives.honour_voucher",),
    "Librarians": (
        "incentives.honour_voucher",
        "incentives.view_voucher",
        "incentives.view_rule",
        "incentives.change_rule",
        "incentives.add_campaign",
        "incentives.change_campaign",
        "incentives.delete_campaign",
        "incentives.view_campaign",
        "incentives.add_adjustment",
        "incentives.view_adjustment",
        "incentives.view_ringreview",
        "incentives.change_ringreview",
        "incentives.view_appeal",
        "incentives.change_appeal",
        "incentives.view_academicterm",
        "incentives.add_academicterm",
        "incentives.change_academicterm",
        "incentives.delete_academicterm",
    ),
}
