"""The names in the demo company's world: people, firms, places and titles. Nothing but tables."""

# First and last names by country; in every country some people have roots elsewhere.
FIRST = {
    "Netherlands": """Sanne Daan Lotte Bram Femke Thijs Anouk Jeroen Maaike Sander Fleur Wouter Iris Niels Marloes Ruben
        Eline Joost Roos Martijn Hanneke Stijn Tessa Koen Willemijn Gijs Nienke Pim Annelies Rutger""",
    "Belgium": """Lien Maarten Elke Dries Julie Simon Charlotte Wim Amélie Jef Katrien Nicolas Hilde Luc Sofie Bart
        Céline Tom Delphine Karel Veerle Benoît An Olivier""",
    "Germany": """Anna Lukas Katharina Jonas Sabine Felix Heike Matthias Julia Tobias Petra Stefan Nina Jens Ulrike
        Markus Birgit Sebastian Franziska Holger Carolin Dirk Annika Thorsten Miriam Uwe Lena Kai""",
    "Austria": "Magdalena Florian Elisabeth Johannes Verena Christoph Barbara Gernot Theresa Alexander Eva Wolfgang",
    "Switzerland": "Regula Beat Ursina Reto Corinne Urs Nadine Marco Seraina Daniel Claudia Pascal",
    "France": "Camille Antoine Margaux Julien Aurélie Mathieu Élise Guillaume Manon Thibault Hélène Romain",
    "United Kingdom": "Harriet Oliver Imogen George Priya Callum Fiona Rhys Amelia Graham Nadia Alistair",
    "Elsewhere": """Agnieszka Tomasz Fatma Mehmet Yasmin Karim Ioana Andrei Marta Pavel Zsófia Gábor Leila Omar Giulia
        Matteo Inês Rui Ingrid Lars Aino Mikko Elena Nikola Priya Arjun Mei Daniel Chloé Kofi""",
}
LAST = {
    "Netherlands": """de Vries|van den Berg|Bakker|Janssen|Visser|Smit|Meijer|Mulder|de Groot|Bos|Vos|Peters|Hendriks|
        van Leeuwen|Dekker|Brouwer|Dijkstra|Smeets|de Graaf|van der Meer|Kok|Jacobs|van Vliet|Huisman|Prins|
        Hoekstra|Koster|Verhoeven|Willems|Scholten""",
    "Belgium": """Peeters|Maes|Willems|Claes|Goossens|Wouters|De Smet|Dubois|Lambert|Dupont|Martens|Leclercq|
        Van Damme|Verstraete|Desmet|Mertens|Aerts|Michiels|Renard|De Backer|Pauwels|Hermans""",
    "Germany": """Müller|Schneider|Weber|Wagner|Becker|Hoffmann|Koch|Richter|Klein|Wolf|Neumann|Schwarz|Braun|Krüger|
        Hartmann|Lange|Werner|Krause|Lehmann|Köhler|Maier|Vogel|Friedrich|Seidel|Brandt|Lorenz|Pohl|Ziegler""",
    "Austria": "Gruber|Huber|Wagner|Pichler|Steiner|Moser|Mayer|Hofer|Leitner|Berger|Fuchs|Eder|Lechner|Aigner",
    "Switzerland": "Meier|Keller|Schmid|Brunner|Baumann|Frei|Zimmermann|Gerber|Graf|Ammann|Rochat|Bernasconi",
    "France": "Moreau|Lefebvre|Girard|Roux|Fontaine|Chevalier|Garnier|Faure|Mercier|Blanchard",
    "United Kingdom": "Thompson|Whitfield|Hughes|Clarke|Baxter|Raman|Fraser|Osborne|Kelly|Marsh",
    "Elsewhere": """Kowalska|Nowak|Yılmaz|Demir|El Amrani|Benali|Popescu|Ionescu|Ferreira|Costa|Horváth|Novák|Rossi|
        Ricci|García|Okafor|Mensah|Singh|Chen|Lindqvist|Hansen|Virtanen|Petrović|Raman""",
}
CITIES = {
    "Netherlands": """Rotterdam Utrecht Eindhoven Tilburg Venlo Breda Zwolle Almere Groningen Moerdijk Nijmegen Waalwijk
        Amersfoort Deventer Roosendaal Helmond""",
    "Belgium": "Antwerpen Gent Brussel Liège Hasselt Mechelen Kortrijk Leuven Genk Zeebrugge",
    "Germany": """Hamburg Duisburg Köln Bremen Stuttgart Leipzig Nürnberg Dortmund Kassel Mannheim Ulm Münster
        Hannover Augsburg""",
    "Austria": "Wien Linz Graz Salzburg Wels Villach",
    "Switzerland": "Zürich Basel Bern Olten Winterthur",
    "France": "Lille Lyon Strasbourg Metz",
    "United Kingdom": "Felixstowe Leeds Daventry Bristol",
}
DIALLING = {
    "Netherlands": "+31",
    "Belgium": "+32",
    "Germany": "+49",
    "Austria": "+43",
    "Switzerland": "+41",
    "France": "+33",
    "United Kingdom": "+44",
}

# What a firm is called: a stem, and what it does.
STEMS = """Halden Northline Brightwell Rivium Noordzee Kuijpers Vanderbeek Oosterhout Maasvlakte Delta Zuidas Polder
    Havelaar Lindhorst Eberhardt Falkenberg Rheinpark Nordkap Hansa Elbtal Schwarzwald Alpenland Donau Tirola Edelweiss
    Helvia Jura Ardenne Scheldt Brabant Limburg Flandria Condroz Meuse Waasland Kempen Achterhoek Twente Drenthe Zeeland
    Kaapse Merwede Lauwers Hunze Westerlo Ostara Velder Bergmann Steinfeld Grünwald Lohmann Kessler Altmark Harz
    Weserland Saale Neckar Isar Lech Traun Mur Aare Reuss Sihl Valkenier Zilverberg Koopman Molenaar Schipper Veerman
    Wagenaar Postma Terpstra Hofstra Boersma Roelofs Klaassen Derksen Verbruggen Baeten Coppens Lemmens Ooms Segers
    Thys Vercammen Brasseur Collard Denis Evrard Lejeune Marchal Noël Simonis Wagemans Arendt Bertram Carstens Dressler
    Engelke Freitag Gerlach Heinemann Immel Jäger Kirchner Landgraf Marquardt Nagel Oswald Pfeiffer Quandt Reimann
    Sander Tietz Ulbrich Voigt Wieland Zander Auer Brandner Czerny Dorner Egger Feichtner"""
# Industry -> what its firms are called; the first three are whom the product is for.
TRADES = {
    "Road freight": ("Transport", "Freight", "Trucking", "Spedition", "Haulage", "Cargo"),
    "Logistics": ("Logistics", "Logistiek", "Fulfilment", "Warehousing", "Supply", "Distribution"),
    "Wholesale": ("Wholesale", "Groothandel", "Trading", "Großhandel", "Import"),
    "Food": ("Foods", "Dairy", "Bakeries", "Fresh", "Beverages"),
    "Retail": ("Retail", "Markets", "Home", "Garden", "Sport"),
    "Building materials": ("Bouwstoffen", "Baustoffe", "Timber", "Concrete", "Roofing"),
    "Couriers": ("Couriers", "Express", "Koeriers", "Parcels"),
    "Manufacturing": ("Industries", "Metaal", "Maschinenbau", "Plastics", "Packaging"),
    "Services": ("Consulting", "Studio", "Advies", "Software", "Academy", "Events"),
}
FORMS = {"Netherlands": "B.V.", "Belgium": "NV", "Germany": "GmbH", "Austria": "GmbH", "Switzerland": "AG"}

# Titles by how far their word goes; the weights of the levels come with each campaign.
TITLES = {
    "leads": (
        "COO", "VP Operations", "VP Supply Chain", "Director Logistics", "Operations Director", "Managing Director",
        "Head of Transport", "Head of Supply Chain", "Head of Fleet", "Head of IT", "Procurement Director",
    ),
    "manages": (
        "Logistics Manager", "Transport Manager", "Fleet Manager", "Operations Manager", "Supply Chain Manager",
        "Planning Manager", "Warehouse Manager", "IT Manager", "Purchasing Manager",
    ),
    "works": (
        "Transport Planner", "Dispatcher", "Supply Chain Analyst", "Logistics Coordinator", "Business Analyst",
        "Project Lead", "Controller", "Buyer",
    ),
    "aside": ("Student", "Intern", "Office Assistant", "Marketing Assistant", "Account Executive", "Consultant"),
}  # fmt: skip
SYSTEMS = ("a spreadsheet", "their ERP", "an older planner", "a system of their own", "paper")

LOST_BECAUSE = (
    "Chose another vendor", "No budget this year", "Stays with the present system", "Project stopped",
    "Decision postponed to next year",
)  # fmt: skip
