"""Mail domains that say nothing of an employer: free mailboxes, providers' boxes, throw-away addresses."""

FREE = """
126.com 139.com 163.com 189.cn aim.com aliyun.com aol.com arcor.de att.net bellsouth.net bigpond.com bluewin.ch
bol.com.br btinternet.com comcast.net cox.net daum.net duck.com earthlink.net email.com fastmail.com fastmail.fm
foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com
home.nl hotmail.ca hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl hushmail.com
icloud.com inbox.ru interia.pl juno.com kpnmail.nl laposte.net libero.it list.ru live.ca live.co.uk live.com live.de
live.fr live.it live.nl mac.com mail.com mail.de mail.ru me.com msn.com naver.com neuf.fr ntlworld.com o2.pl
online.de onet.pl optonline.net optusnet.com.au orange.fr outlook.com outlook.de outlook.es outlook.fr planet.nl
pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com quicknet.nl rambler.ru rediffmail.com rocketmail.com
sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sky.com sohu.com t-online.de talktalk.net terra.com.br tiscali.it
tuta.com tutanota.com uol.com.br upcmail.nl usa.net verizon.net virgilio.it virginmedia.com wanadoo.fr web.de wp.pl
xs4all.nl xtra.co.nz ya.ru yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar
yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com
zoho.com ziggo.nl
"""

THROW_AWAY = """
10minutemail.com 33mail.com armyspy.com cuvox.de dayrep.com discard.email dispostable.com einrot.com fakeinbox.com
fleckens.hu getairmail.com getnada.com grr.la guerrillamail.com guerrillamail.net gustr.com inboxkitten.com
jourrapide.com mailcatch.com maildrop.cc mailinator.com mailnesia.com mailsac.com mintemail.com moakt.com
mohmal.com mytemp.email rhyta.com sharklasers.com spam4.me spamgourmet.com superrito.com teleworm.us temp-mail.org
tempail.com tempmail.com tempr.email throwawaymail.com trashmail.com yopmail.com yopmail.fr
"""

FREEMAIL = frozenset((FREE + THROW_AWAY).split())


def domain_of(email: str) -> str:
    """The part of a normalised address behind the @, or "" where there is no address."""
    return email.rpartition("@")[2]


def business_domain(email: str) -> str:
    """The employer's domain that an address tells of, or "" for a free or throw-away mailbox."""
    domain = domain_of(email)
    return "" if domain in FREEMAIL else domain
