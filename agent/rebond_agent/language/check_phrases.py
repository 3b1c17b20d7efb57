"""The texts of the functional tests: French, English."""

from enum import Enum, unique


@unique
class CheckPhrase(Enum):
    """What a test says while it runs, asks at its end, and notes about its result."""

    NO_TOOL = ("l'outil {tool} manque", "the tool {tool} is missing")
    TOOL_FAILED = ("{tool} n'a pas abouti : {reason}", "{tool} did not succeed: {reason}")
    TEST_BROKE = ("l'essai s'est arrêté : {reason}", "the test broke off: {reason}")
    NOT_FINISHED = ("pas fini en {minutes} min", "not finished in {minutes} min")
    STOPPED = ("arrêté par la personne", "stopped by the person")
    PERSON_SKIPPED = ("la personne n'a pas répondu", "the person did not answer")
    NOTHING_SEEN = ("pas d'appareil de ce genre", "no such device")
    NOT_TOLD = ("la machine ne dit pas s'il y en a", "the machine does not tell whether it has one")
    IN_A_VM = ("machine virtuelle : pas de mesure", "virtual machine: no measurement")

    NO_INPUT = ("le clavier ne se lit pas ici (evdev)", "input is not readable here (evdev)")
    KEYBOARD_HOW = (
        "Appuyez sur chaque touche. Fin : Échap trois fois de suite.",
        "Press every key. To end: Escape three times in a row.",
    )
    KEYBOARD_COUNT = ("{seen} touches sur {all}", "{seen} keys of {all}")
    KEYS_MISSING = ("sans réponse : {keys}", "no answer: {keys}")
    POINTING_HOW = (
        "Bougez le pointeur dans les quatre sens, cliquez à gauche puis à droite. Fin : Échap x 3.",
        "Move the pointer all four ways, click left, then right. To end: Escape x 3.",
    )
    POINTING_LEFT = ("reste : {gestures}", "to do: {gestures}")

    SCREEN_HOW = (
        "Cinq couleurs en plein écran : cherchez points, taches, bandes.",
        "Five full-screen colours: look for dots, stains, bands.",
    )
    SCREEN_CLEAN = (
        "L'écran est-il sans point mort, tache ni bande ?",
        "Is the screen free of dead pixels, stains and bands?",
    )
    SCREEN_FAULTY = ("point mort, tache ou bande vus", "dead pixel, stain or band seen")
    NO_OWN_SCREEN = ("pas d'écran intégré", "no built-in screen")

    SOUND_PLAYING = ("Un son, à gauche puis à droite…", "A tone, left, then right…")
    SOUND_HEARD = (
        "Avez-vous entendu le son à gauche et à droite ?",
        "Did you hear the tone left and right?",
    )
    SOUND_BY_HAND = (
        "speaker-test manque. Le son, essayé autrement, marche-t-il ?",
        "speaker-test is missing. Does the sound work, tested another way?",
    )
    SOUND_NOT_HEARD = ("son non entendu", "tone not heard")
    MICROPHONE_LISTENING = (
        "Le micro écoute le haut-parleur…",
        "The microphone listens to the speaker…",
    )
    MICROPHONE_HEARD = (
        "son reconnu, {ratio} fois le bruit",
        "tone recognised, {ratio} times the noise",
    )
    MICROPHONE_SILENT = ("rien que du silence", "nothing but silence")
    MICROPHONE_UNSURE = (
        "Le son n'est pas reconnu. Le micro, essayé autrement, marche-t-il ?",
        "The tone is not recognised. Does the microphone work, tested another way?",
    )
    MICROPHONE_DEAF = ("son non reconnu", "tone not recognised")

    CAMERA_LOOKING = ("Une image de la caméra…", "One frame of the camera…")
    CAMERA_FRAME = ("image de {size} octets", "frame of {size} bytes")
    CAMERA_BLANK = (
        "image unie : ouvrez le volet et recommencez",
        "blank frame: open the shutter and try again",
    )
    CAMERA_NO_FRAME = ("aucune image", "no frame")

    PORTS_HOW = (
        "Branchez une clé USB dans chaque port, l'un après l'autre. Vus : {ports}",
        "Plug a USB stick into every port, one after the other. Seen: {ports}",
    )
    PORTS_ALL = ("Tous les ports ont-ils répondu ?", "Did every port answer?")
    PORTS_SEEN = ("ports vus : {ports}", "ports seen: {ports}")
    PORTS_DEAD = ("un port ne répond pas ; vus : {ports}", "a port is dead; seen: {ports}")

    NETWORK_SCANNING = ("Recherche de réseaux Wi-Fi…", "Looking for Wi-Fi networks…")
    NETWORK_HEARD = ("{count} réseaux Wi-Fi entendus", "{count} Wi-Fi networks heard")
    NETWORK_DEAF = ("aucun réseau Wi-Fi entendu", "no Wi-Fi network heard")
    NETWORK_LINK = ("câble reconnu ({name})", "cable recognised ({name})")
    NETWORK_NO_CABLE = ("pas de Wi-Fi, pas de câble branché", "no Wi-Fi, no cable plugged in")
    BLUETOOTH_SEEN = ("adaptateur {name}", "adapter {name}")

    BATTERY_UNPLUG = (
        "Débranchez le secteur : la batterie se mesure en se vidant.",
        "Unplug the charger: the battery is measured while it empties.",
    )
    BATTERY_DRAINING = (
        "Sur batterie : {percent} % perdus en {minutes} min.",
        "On battery: {percent} % lost in {minutes} min.",
    )
    BATTERY_LASTS = (
        "{percent} % perdus en {minutes} min, soit {whole} min en tout",
        "{percent} % lost in {minutes} min, that is {whole} min in all",
    )
    BATTERY_PLUGGED = ("resté sur le secteur", "stayed on the charger")
    BATTERY_TOO_SHORT = ("mesure trop courte", "measured for too short a time")

    DRIVES_NONE = ("aucun disque vu", "no drive seen")
    DRIVES_UNABLE = (
        "aucun disque ne connaît l'autotest",
        "no drive knows the self-test",
    )
    DRIVES_RUNNING = (
        "Autotest court de {count} disque(s), deux minutes environ…",
        "Short self-test of {count} drive(s), some two minutes…",
    )
    DRIVES_GOOD = ("autotest réussi : {count} disque(s)", "self-test passed: {count} drive(s)")
    DRIVES_BAD = ("autotest raté : {drives}", "self-test failed: {drives}")
    DRIVES_PARTLY = (
        "{passed} disque(s) sur {all} ; sans réponse : {names}",
        "{passed} of {all} drives; no answer: {names}",
    )

    MEMORY_RUNNING = ("memtester sur {size} Mio…", "memtester on {size} MiB…")
    MEMORY_GOOD = ("{size} Mio essayés", "{size} MiB tested")
    MEMORY_BAD = (
        "erreur de mémoire trouvée par memtester",
        "memory error found by memtester",
    )
    MEMORY_NO_ROOM = ("pas assez de mémoire libre", "not enough free memory")
    PROCESSOR_RUNNING = ("7-Zip, mesure {number} sur {all}…", "7-Zip, run {number} of {all}…")
    PROCESSOR_GOOD = ("{rating} MIPS au mieux", "{rating} MIPS at best")
    PROCESSOR_BAD = ("7-Zip a trouvé une erreur de calcul", "7-Zip found a computing error")
    PROCESSOR_HOT = (
        "surchauffe : {worst} MIPS au pire, {best} au mieux",
        "overheats: {worst} MIPS at worst, {best} at best",
    )

    ANSWER_KEYS = ("[o]ui  [n]on  [p]asser", "[y]es  [n]o  [s]kip")
    NEXT_COLOUR = ("Entrée : couleur suivante", "Enter: next colour")
    HELP_CHECK = (
        "essayer les fonctions de la machine (toutes, ou celles nommées)",
        "test the machine's functions (all, or those named)",
    )
    HELP_CHECK_NAMES = ("essai à faire, keyboard par exemple", "test to do, keyboard for instance")
    HELP_KEYBOARD = (
        "clavier de la machine (sans cela : ce que dit son numéro, sinon AZERTY)",
        "the machine's keyboard (otherwise: what its number tells, else AZERTY)",
    )
    HELP_MINUTES = ("minutes de mesure de la batterie", "minutes to measure the battery")
