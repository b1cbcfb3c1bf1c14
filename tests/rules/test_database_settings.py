"""What a database URL becomes in Django's settings."""

from wenyuan.config.database import SERVER_OPTIONS, django_database


def test_what_the_url_asks_of_a_connection_is_not_dropped() -> None:
    found = django_database(
        "postgresql://app:x@db.example:5433/library?sslmode=verify-full&sslrootcert=/etc/ca.pem&options=-c%20jit%3Doff"
    )

    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"]) == ("db.example", "5433", "library", "app")
    assert found["OPTIONS"] == {
        "application_name": "wenyuan",
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "options": f"-c jit=off {SERVER_OPTIONS}",
    }


def test_a_socket_folder_is_a_host_and_no_url_names_no_server() -> None:
    socket = django_database("postgresql://app:x@/library?host=/run/wenyuan")
    empty = django_database("")

    assert (socket["HOST"], socket["OPTIONS"]["options"]) == ("/run/wenyuan", SERVER_OPTIONS)
    assert (empty["HOST"], empty["USER"]) == ("", "")
