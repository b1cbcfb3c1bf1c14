from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_tables"),
        ("circulation", "0002_edition"),
        ("network", "0002_edition"),
        ("patrons", "0002_card_numbers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="loanpolicy",
            name="circulation_policy_numbers",
        ),
        migrations.AddField(
            model_name="loan",
            name="recalled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="loanpolicy",
            name="guaranteed_days",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="loanpolicy",
            name="recall_days",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="loanpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_fen__gte", 0),
                    ("fine_cap_fen__gte", 0),
                    ("fine_day_fen__gte", 0),
                    ("found_days__gte", 0),
                    ("grace_days__gte", 0),
                    ("guaranteed_days__gte", 0),
                    ("hold_days__gte", 0),
                    ("hold_shelf_days__gte", 0),
                    ("loan_days__gte", 0),
                    ("lost_after_days__gte", 0),
                    ("max_holds__gte", 0),
                    ("max_loans__gte", 0),
                    ("max_loans_of_type__gte", 0),
                    ("max_overdue__gte", 0),
                    ("max_owed_fen__gte", 0),
                    ("max_renewals__gte", 0),
                    ("max_suspension_days__gte", 0),
                    ("minimum_age__gte", 0),
                    ("price_percent__gte", 0),
                    ("processing_fee_fen__gte", 0),
                    ("recall_days__gte", 0),
                    ("renewal_days__gte", 0),
                    ("suspension_percent__gte", 0),
                ),
                name="circulation_policy_numbers",
            ),
        ),
    ]
