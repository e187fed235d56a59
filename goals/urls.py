from django.urls import path

from goals.views import plans, quotas, segments, targets, weighing

urlpatterns = [
    path("goals/", plans.goals, name="goals"),
    path("goals/plans/new/", plans.new_plan, name="new_plan"),
    path("goals/plans/<int:pk>/", plans.plan, name="plan"),
    path("goals/plans/<int:pk>/reckon/", plans.reckon_plan, name="reckon_plan"),
    path("goals/plans/<int:pk>/edit/", plans.edit_plan, name="edit_plan"),
    path("goals/plans/<int:pk>/revise/", plans.revise_plan, name="revise_plan"),
    path("goals/plans/<int:pk>/what-if/", plans.what_if, name="what_if"),
    path("goals/plans/<int:pk>/segments/", segments.divide_plan, name="divide_plan"),
    path("goals/plans/<int:pk>/quotas/", quotas.quotas_of_plan, name="quotas"),
    path("goals/quota/", quotas.quota_of_mine, name="quota_of_mine"),
    path("goals/plans/<int:pk>/propose/", plans.propose_plan, name="propose_plan"),
    path("goals/plans/<int:pk>/withdraw/", plans.withdraw_plan, name="withdraw_plan"),
    path("goals/credit/<int:number>/weigh/", weighing.weigh_mqls, name="weigh_mqls"),
    path("goals/targets/<int:pk>/", targets.target, name="target"),
]
