"""What history tells of records, parts, waste, files and accounts, in words."""

from rebond_server.domain.sentence import Sentence

RECORD_VERBS: dict[str, Sentence] = {
    "identity_doubtful": Sentence(fr="ressembler à un autre", en="look like another"),
    "join_devices": Sentence(fr="réunir deux fiches", en="join two records"),
    "take_apart": Sentence(fr="séparer deux fiches", en="take two records apart"),
    "keep_apart": Sentence(fr="garder à part", en="keep apart"),
    "doubt_again": Sentence(fr="rouvrir la question", en="reopen the question"),
    "wear_label": Sentence(fr="porter une étiquette de plus", en="wear one more label"),
    "say_drives_destroyed": Sentence(
        fr="dire les disques détruits", en="say that the drives are destroyed"
    ),
    "add_part": Sentence(fr="ajouter une pièce", en="add a part"),
    "take_out_part": Sentence(fr="sortir une pièce", en="take a part out"),
    "move_part": Sentence(fr="ranger", en="put away"),
    "use_part": Sentence(fr="monter", en="put in"),
    "scrap_part": Sentence(fr="jeter", en="throw away"),
    "repair": Sentence(fr="réparer", en="repair"),
    "make_token": Sentence(fr="créer un jeton", en="make a token"),
    "revoke_token": Sentence(fr="révoquer un jeton", en="revoke a token"),
    "enrol_second_factor": Sentence(fr="activer le second facteur", en="enrol a second factor"),
    "remove_second_factor": Sentence(fr="retirer le second facteur", en="remove the second factor"),
    "waste_leaves": Sentence(fr="partir en déchet", en="leave as waste"),
    "withdraw_waste": Sentence(fr="retirer du registre des déchets", en="withdraw from waste"),
    "undo_hold": Sentence(fr="ne plus retenir", en="hold no more"),
    "issue_lot_certificate": Sentence(
        fr="établir le certificat du lot", en="issue the certificate of the lot"
    ),
    "transfer": Sentence(fr="transférer vers un site", en="transfer to a site"),
    "count_reuse": Sentence(fr="compter le réemploi", en="count the reuse"),
    "note_repair": Sentence(fr="noter une réparation", en="note a repair"),
    "platform_changes": Sentence(
        fr="reprendre des changements de la plateforme", en="take over changes of the platform"
    ),
    "attach": Sentence(fr="joindre un fichier", en="attach a file"),
    "detach": Sentence(fr="retirer un fichier", en="let a file go"),
}
