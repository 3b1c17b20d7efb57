"""The texts of the technician's console: French, English."""

from enum import Enum, unique


@unique
class ConsolePhrase(Enum):
    """Everything the console says by itself."""

    HEAD = ("REBOND", "REBOND ")
    TAG = ("étiquette {tag}", "tag {tag}")
    NO_TAG = ("sans étiquette : scannez-la", "no tag: scan it")
    TYPED = ("Saisie : {typed}_", "Typed: {typed}_")
    LOOKING = ("Relevé de la machine en cours…", "Looking at the machine…")
    MACHINE = ("Machine", "Machine ")
    MEMORY = ("{size} de mémoire", "{size} of memory")
    DRIVES = ("Disques", "Drives")
    CHECKS = ("Essais", "Tests")
    CHECKS_SUM = (
        "{good} bons, {bad} en échec, {skipped} non faits, {running} en cours, {left} à faire",
        "{good} passed, {bad} failed, {skipped} skipped, {running} running, {left} to do",
    )
    NEEDED = ("À faire", "To do")
    NEED_TAG = (
        "scanner l'étiquette de l'appareil",
        "scan the device's tag",
    )
    NEED_WIPE = ("effacer {count} disque(s) (F2)", "erase {count} drive(s) (F2)")
    NEED_CHECKS = ("finir les essais (F3)", "finish the tests (F3)")
    NEED_ANSWER = ("répondre à un essai (F3)", "answer a test (F3)")
    NEED_LEAD = (
        "montrer au chef d'atelier : {path}",
        "show to the workshop lead: {path}",
    )
    NEED_WAIT = ("attendre la fin des effacements", "wait for the erasures to end")
    NEED_NOTHING = (
        "rien : fiche et code QR (F4), puis quitter (F10)",
        "nothing: page and QR code (F4), then leave (F10)",
    )
    KEEP_STICK = (
        "GARDEZ CETTE CLÉ : {count} relevé(s) non remis (F5 pour envoyer)",
        "KEEP THIS STICK: {count} report(s) not delivered (F5 to send)",
    )
    ALL_DELIVERED = ("Tous les relevés sont remis.", "All reports are delivered.")
    SENDING = ("Envoi en cours…", "Sending…")

    READY = ("à effacer", "to be erased")
    RUNNING = ("{step}/{steps} {action}", "{step}/{steps} {action} ")
    STARTING = ("départ…", "starting…")
    LEFT = ("reste {time}", "{time} left")
    ERRORS = ("{count} erreur(s)", "{count} error(s)")
    DIFFERENCES = ("{count} différence(s)", "{count} difference(s)")
    SPEED = ("{speed}/s", "{speed}/s ")
    WARMTH = ("{celsius} °C", "{celsius} °C ")
    PAUSED = ("EN PAUSE (F7 reprend)", "ON HOLD (F7 goes on)")
    MORE_ABOVE = ("^ encore {count} au-dessus", "^ {count} more above")
    MORE_BELOW = ("v encore {count} au-dessous", "v {count} more below")

    CONFIRM = ("EFFACER LES DISQUES DE CETTE MACHINE ?", "ERASE THE DRIVES OF THIS MACHINE?")
    CONFIRM_HOW = (
        "Rien n'est effacé sans vous. Pour chaque disque à effacer, tapez les 4 derniers caractères de son numéro de série, puis Entrée.",
        "Nothing is erased without you. For each drive to erase, type the last 4 characters of its serial number, then Enter.",
    )
    CONFIRM_NOW = (
        "{count} disque(s) choisi(s). Entrée seule : départ dans 10 s.",
        "{count} drive(s) chosen. Enter alone: starts in 10 s.",
    )
    CONFIRM_NONE = (
        "Aucun disque choisi : Entrée seule revient en arrière.",
        "No drive chosen: Enter alone goes back.",
    )
    NO_MATCH = ("Aucun disque ne finit par {typed}.", "No drive ends in {typed}.")
    STARTS_IN = ("Départ dans {seconds} s", "Starts in {seconds} s")
    ANY_CANCELS = (
        "Échap, F2 ou F10 annule. Après le départ, les données sont perdues.",
        "Escape, F2 or F10 cancels. After the start the data are lost.",
    )
    CANCELLED = ("Effacement annulé : rien n'a été touché.", "Cancelled: nothing was touched.")
    NOTHING_TO_ERASE = ("Aucun disque à effacer.", "No drive to erase.")
    STOPPING = ("Arrêt demandé…", "Stop asked for…")
    NOT_HERE = (
        "Machine enregistrée : ses disques ne sont pas ici.",
        "Recorded machine: its drives are not here.",
    )

    TO_DO = ("à faire", "to do")
    CHOOSE_CHECK = (
        "Haut, bas : choisir. Entrée : lancer. Les essais tournent pendant les effacements.",
        "Up, down: choose. Enter: start. Tests run while drives are being erased.",
    )
    PAINT_KEYS = ("Entrée : suite    Échap : fin", "Enter: next    Escape: end")

    LABEL = ("Fiche de l'appareil", "The device's page")
    LABEL_NONE = (
        "Scannez l'étiquette : la fiche s'ouvre à son adresse.",
        "Scan the tag: the page opens under its address.",
    )
    NO_SERVER = (
        "Clé non enrôlée : il n'y a pas encore de fiche.",
        "Stick not enrolled: there is no page yet.",
    )
    LEAVE = ("QUITTER ?", "LEAVE?")
    LEAVE_RUNNING = (
        "Un effacement est en cours : quitter l'interrompt ; avec cette clé il reprendra où il en était.",
        "An erasure is running: leaving interrupts it; with this stick it goes on from there.",
    )
    LEAVE_READY = ("Le travail sur cette machine est fini.", "The work on this machine is done.")

    TO_READ = ("à relire, tiré au sort (F7)", "to be read again, drawn by lot (F7)")
    READ_WELL = (
        "Relu : rien d'autre que ce que l'effacement a laissé. Le serveur confirme, ou non.",
        "Read: nothing but what the erasure left. The server confirms it, or not.",
    )
    NEED_READ = (
        "relire {count} disque(s) tiré(s) au sort (F7)",
        "read {count} drive(s) drawn by lot again (F7)",
    )
    NEED_OTHER_STICK = (
        "faire relire {count} disque(s) avec une autre clé",
        "have {count} drive(s) read again with another stick",
    )
    WHO = ("QUI TRAVAILLE ICI ?", "WHO WORKS HERE?")
    WHO_HOW = (
        "Tapez votre nom ou scannez votre badge, puis Entrée : il figurera sur les effacements, les relectures et le certificat.",
        "Type your name or scan your badge, then Enter: it will stand on erasures, second reads and the certificate.",
    )
    WHO_NOW = ("Pour l'instant : {name}", "So far: {name}")
    WHO_NOT = ("Une autre personne que : {names}", "Somebody else than: {names}")
    OTHER_PERSON = (
        "{name} a effacé ce disque : une autre personne doit le relire.",
        "{name} erased this drive: somebody else has to read it.",
    )

    KEY_WHO = ("F6 Nom", "F6 Name")
    KEY_READ = ("F7 Relire", "F7 Read")
    KEY_WIPE = ("F2 Effacer", "F2 Erase")
    KEY_CHECKS = ("F3 Essais", "F3 Tests")
    KEY_LABEL = ("F4 Fiche", "F4 Page")
    KEY_SEND = ("F5 Envoyer", "F5 Send")
    KEY_PAUSE = ("F7 Pause", "F7 Hold")
    KEY_STOP = ("F8 Arrêter", "F8 Stop")
    KEY_LANGUAGE = ("F9 English", "F9 Français")
    KEY_LEAVE = ("F10 Quitter", "F10 Leave")
    KEY_BACK = ("Échap Retour", "Esc Back")
    KEY_START = ("Entrée Lancer", "Enter Start")
    KEY_CONFIRM = ("Entrée Valider", "Enter Confirm")
    KEY_CANCEL = ("Échap Annuler", "Esc Cancel")
    KEY_YES = ("F5 Oui", "F5 Yes")
    KEY_NO = ("F6 Non", "F6 No")
    KEY_SKIP = ("F7 Passer", "F7 Skip")
    HELP_CONSOLE = (
        "l'écran du technicien : relevé, effacements, essais",
        "the technician's screen: inventory, erasures, tests",
    )
