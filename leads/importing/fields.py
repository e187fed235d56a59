"""What a column can mean, and the names that other systems give it in their exports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    EMAIL = "email"
    NUMBER = "number"
    SIZE = "size"
    MOMENT = "moment"
    YES = "yes"


@dataclass(frozen=True)
class Field:
    """One meaning. `names` are the headers it goes by, in lower-case letters and digits only."""

    key: str
    label: str
    group: str
    kind: Kind = Kind.TEXT
    names: str = ""
    hint: str = ""


PERSON, COMPANY, STORY, REST = "The person", "Their company", "What happened so far", "Everything else"
IGNORE, ATTRIBUTE, COMPANY_ATTRIBUTE = "ignore", "attribute", "company_attribute"

FIELDS: dict[str, Field] = {
    field.key: field
    for field in (
        Field(
            "email",
            "E-mail address",
            PERSON,
            Kind.EMAIL,
            "email email1 emailaddress workemail businessemail mail emails"
            " emailwork primaryemail epost emailid contactemail personemailwork leademail mailaddress courriel",
        ),
        Field(
            "external_id",
            "Id in that system",
            PERSON,
            names="id leadid recordid contactid sfid personid customid"
            " externalid vid hsobjectid leadidexternal crmid customidc uuid recordidlead recordidcontact leadrecordid"
            " marketoid munchkinid zohoid pipedriveid",
        ),
        Field(
            "first_name",
            "First name",
            PERSON,
            names="firstname givenname forename vorname prenom voornaam fname"
            " leadfirstname contactfirstname personfirstname",
        ),
        Field(
            "last_name",
            "Last name",
            PERSON,
            names="lastname surname familyname nachname nom achternaam lname"
            " leadlastname contactlastname personlastname",
        ),
        Field(
            "name",
            "Full name",
            PERSON,
            names="name fullname leadname contactname personname contact naam contactperson namefull persontitlename",
        ),
        Field(
            "title",
            "Job title",
            PERSON,
            names="title job jobtitle position role jobposition designation functie"
            " contacttitle personjobtitle jobrole occupation",
        ),
        Field(
            "phone",
            "Phone",
            PERSON,
            names="phone phonenumber phone1 telephone mobile mobilephone mobilenumber tel"
            " workphone directphone cell cellphone businessphone telefon telefoon phonework personphone contactphone",
        ),
        Field("city", "City", PERSON, names="city town mailingcity contactcity leadcity stad ort ville personcity"),
        Field(
            "country",
            "Country",
            PERSON,
            names="country countryregion mailingcountry countrycode land pays nation"
            " contactcountry leadcountry personcountry inferredcountry",
        ),
        Field(
            "opted_out",
            "Opted out",
            PERSON,
            Kind.YES,
            "optedout emailoptout hasoptedoutofemail unsubscribed"
            " unsubscribedfromallemail donotcontact donotemail optout hasoptedout marketingemailoptout",
            "Whoever says yes is left alone.",
        ),
        Field(
            "company",
            "Company name",
            COMPANY,
            names="company companyname account accountname organization"
            " organisation organizationname employer firma bedrijf associatedcompany leadcompany business societe"
            " personorganization primarycompany organisationname",
        ),
        Field(
            "website",
            "Website",
            COMPANY,
            names="website companywebsite domain companydomain url websiteurl web"
            " companydomainname homepage accountwebsite site organizationwebsite",
        ),
        Field(
            "industry",
            "Industry",
            COMPANY,
            names="industry sector branche companyindustry vertical accountindustry organizationindustry",
        ),
        Field(
            "employees",
            "Number of employees",
            COMPANY,
            Kind.SIZE,
            "employees numberofemployees noofemployees"
            " companysize employeecount headcount size numberemployees companyemployees staff accountemployees",
        ),
        Field(
            "revenue",
            "Yearly revenue",
            COMPANY,
            Kind.NUMBER,
            "revenue annualrevenue yearlyrevenue companyrevenue turnover umsatz accountannualrevenue",
        ),
        Field(
            "company_country",
            "Company's country",
            COMPANY,
            names="companycountry billingcountry accountcountry"
            " companycountryregion accountbillingcountry organizationcountry",
        ),
        Field(
            "created_at",
            "Became a lead on",
            STORY,
            Kind.MOMENT,
            "created createdat createdate createddate createdtime"
            " datecreated creationdate creationtime entrydate dateadded addedon createdon leadcreated leadcreatedtime"
            " leadcreateddate addtime personcreated becamealeaddate leadcreationdate registrationdate createtime",
        ),
        Field(
            "stage",
            "Status, told as a stage",
            STORY,
            names="status leadstatus stage lifecyclestage leadstage"
            " contactstatus dealstage pipelinestage funnelstage lifecycle salesstage personstatus leadlifecyclestage",
        ),
        Field(
            "stage_at",
            "Status since",
            STORY,
            Kind.MOMENT,
            "statuschanged statusdate laststatuschange stagedate"
            " lifecyclestagedate laststagechange converteddate convertedat dateconverted conversiondate convertedtime"
            " closedate closeddate leadconversiontime statuschangedat laststagechangedate",
        ),
        Field("converted", "Converted, yes or no", STORY, Kind.YES, "converted isconverted leadconverted"),
        Field(
            "amount",
            "Amount of the deal",
            STORY,
            Kind.NUMBER,
            "amount dealamount dealvalue opportunityamount expectedrevenue dealsize closedamount wonamount",
            "Makes the deal of an opportunity, a customer or a lost one, in this installation's currency.",
        ),
        Field(
            "owner",
            "Owner",
            STORY,
            names="owner leadowner ownername contactowner accountowner salesrep assignedto"
            " salesperson ownerid owneremail rep assigned assignedrep personowner responsible leadownername",
            hint="Matched with people here by e-mail address or name.",
        ),
        Field(
            "source",
            "Source",
            STORY,
            names="source leadsource originalsource channel howdidyouhear leadorigin origin"
            " originalsourcetype acquisitionsource personsource utmsource firstsource hearaboutus",
        ),
        Field(
            "campaign",
            "Campaign",
            STORY,
            names="campaign campaignname utmcampaign acquisitionprogram"
            " campaignsource firstcampaign originalcampaign primarycampaign",
            hint="Made here when it is new.",
        ),
        Field(
            "touched_at",
            "First touch on",
            STORY,
            Kind.MOMENT,
            "firsttouch firsttouchdate firstconversiondate dateoffirsttouch firstresponse",
            "Becomes a touch with the row's source and campaign.",
        ),
        Field(ATTRIBUTE, "A field of its own, about the person", REST),
        Field(COMPANY_ATTRIBUTE, "A field of its own, about the company", REST),
        Field(IGNORE, "Leave this column out", REST),
    )
}
MANY = frozenset({IGNORE, ATTRIBUTE, COMPANY_ATTRIBUTE})  # these may be chosen for any number of columns
_BY_NAME = {name: field.key for field in FIELDS.values() for name in field.names.split()}
_PREFIXES = ("properties", "property", "lead", "contact", "person", "record", "sf")


def plain(name: str) -> str:
    """A header in lower-case letters and digits only, without the endings of custom fields."""
    return re.sub(r"[^a-z0-9]", "", name.lower().removesuffix("__c"))


def field_of(header: str) -> str:
    """The meaning a header tells by its name, or "" where it tells none."""
    name = plain(header)
    if name in _BY_NAME:
        return _BY_NAME[name]
    for prefix in _PREFIXES:
        if name.startswith(prefix) and (rest := name.removeprefix(prefix)) in _BY_NAME:
            return _BY_NAME[rest]
    return ""


def groups() -> list[tuple[str, list[Field]]]:
    """The meanings under their headings, as the page offers them."""
    return [(group, [f for f in FIELDS.values() if f.group == group]) for group in (PERSON, COMPANY, STORY, REST)]
