"""Single sign-on: an identity provider of the campus says whose card it is, the library system says whether there is such a
card, and the reader comes in as with card and PIN.

allauth speaks OpenID Connect and SAML and keeps the state between leaving and coming back, django-cas-ng speaks CAS; all
three end in `adapter.Adapter.pre_social_login`, which answers before allauth would look for, make or keep any account.
"""
