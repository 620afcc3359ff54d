from django.urls import path, re_path

from incentives.views import badges, leaderboards, points, rewards, standing

urlpatterns = [
    path("points/", points.points, name="points"),
    path("points/entries/", points.all_entries, name="points-entries"),
    path("points/chip/", points.points_chip, name="points-chip"),
    path("points/off/", badges.switch_off, name="points-off"),
    path("points/on/", badges.switch_on, name="points-on"),
    path("standing/", standing.show, name="standing"),
    path("badges/", badges.show, name="badges"),
    path("badges/places/", badges.choose_places, name="badge-places"),
    path("lendings/<int:lending_id>/badges/", badges.of_partner, name="partner-badges"),
    path("leaderboards/", leaderboards.show, name="leaderboards"),
    path("leaderboards/former/", leaderboards.former, name="former-winners"),
    path("leaderboards/take-part/", leaderboards.take_part, name="leaderboards-take-part"),
    path("leaderboards/leave/", leaderboards.leave, name="leaderboards-leave"),
    path("rewards/", rewards.show, name="rewards"),
    path("rewards/<int:reward_id>/confirm/", rewards.confirm, name="confirm-redemption"),
    path("rewards/<int:reward_id>/redeem/", rewards.redeem, name="redeem-reward"),
    re_path(r"^rewards/pictures/([0-9a-f]{16})-(176|352)\.webp$", rewards.picture, name="reward-picture"),
    path("vouchers/ready-for/<slug:effect>/", rewards.ready_for, name="ready-voucher"),
    path("vouchers/<str:code>/", rewards.voucher, name="voucher"),
    path("vouchers/<str:code>/use/", rewards.use_voucher, name="use-voucher"),
    path("vouchers/<str:code>/return/", rewards.return_voucher, name="return-voucher"),
]
