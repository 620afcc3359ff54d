from django.urls import path

from incentives.views import leaderboards, points, rewards

urlpatterns = [
    path("points/", points.points, name="points"),
    path("points/entries/", points.entries, name="points-entries"),
    path("points/chip/", points.points_chip, name="points-chip"),
    path("leaderboards/", leaderboards.show, name="leaderboards"),
    path("leaderboards/take-part/", leaderboards.take_part, name="leaderboards-take-part"),
    path("leaderboards/leave/", leaderboards.leave, name="leaderboards-leave"),
    path("rewards/", rewards.show, name="rewards"),
    path("rewards/<int:reward_id>/redeem/", rewards.redeem, name="redeem-reward"),
    path("vouchers/<str:code>/", rewards.voucher, name="voucher"),
    path("vouchers/<str:code>/return/", rewards.return_voucher, name="return-voucher"),
]
