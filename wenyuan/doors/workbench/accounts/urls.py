from django.urls import path

from wenyuan.doors.workbench.accounts import logs, machines, tokens, views

urlpatterns = [
    path("", views.account_list, name="accounts"),
    path("new", views.new_account, name="account-new"),
    path("<int:account_id>/", views.account, name="account"),
    path("<int:account_id>/password", views.password, name="account-password"),
    path("<int:account_id>/badge", views.badge, name="account-badge"),
    path("<int:account_id>/unlocked", views.unlock, name="account-unlock"),
    path("<int:account_id>/disabled", views.disable, name="account-disable"),
    path("<int:account_id>/roles/new", views.new_role, name="account-new-role"),
    path("<int:account_id>/roles/<int:grant_id>/end", views.end_role, name="account-end-role"),
    path("machines", machines.machine_list, name="machines"),
    path("machines/new", machines.new_machine, name="machine-new"),
    path("machines/<int:account_id>/", machines.machine, name="machine"),
    path("machines/<int:account_id>/tokens", tokens.token_list, name="machine-tokens"),
    path("machines/<int:account_id>/tokens/new", tokens.new_token, name="machine-token-new"),
    path("machines/<int:account_id>/tokens/<int:token_id>/end", tokens.end_token, name="machine-token-end"),
    path("separation", logs.separation, name="separation"),
    path("audit", logs.audit_log, name="audit"),
    path("sign-ins", logs.sign_ins, name="sign-ins"),
]
