"""Six words that two screens show so that people can see whether both speak of the same enrolment.

They are drawn from everything that both sides said and from the certificate authority each of them
saw. Somebody in between would have to make two different conversations give the same words: 54 bits,
2^27 tries by the birthday bound, each of them a scrypt of 32 MiB, within the minutes a code lives.
"""

import hashlib
from functools import cache

COUNT = 6
_BITS = 9
_DOMAIN = b"rebond six words 1"

_LIST = """
abeille abricot acajou acier acteur agneau aigle aiguille aimant algue allumette aluminium
amande ampoule ananas anchois ancre ange animal antenne appareil arbre arcade ardoise argent
argile armoire artiste asperge assiette astre atelier atlas aube auberge automne avion avocat
avril azur badge bagage bague balade balcon baleine balle banane bandage banjo banque barbe
baril barrage basilic bassin bateau batterie baudet bazar belette berceau berger betterave
beurre biche bidon bijou billet biscuit blaireau blason bleuet blouson bocal boisson bolide
bonbon bonnet bordure bosquet botte bouche bougie bouillon boulon bourgeon boussole bouteille
boxe branche brebis brioche brique brochet bronze brosse brouette brume buffle bureau buste
cabane cabinet cacao cachet cactus cadeau cadran cage cahier caillou caisse calcul calepin calme
camarade camion campagne canal canard canif cannelle canot canyon capitaine caravane carnet
carotte carpe carreau carton cascade casque castor cerf cerise chacal chaise chalet chameau
chandelle chanson charbon chariot chat chaussure chemin cheval chiffre chocolat chouette cidre
cigale cigogne cirque citron clairon classe clavier cloche clou cobra cocon coffre coin colibri
colline colombe comique comptoir concombre confiture copain copeau coquille corail corbeau corde
cornichon costume coupole courgette coussin couteau crabe crapaud cravate crayon crevette
crocodile croissant cuisine cuivre culture cygne danse dauphin dessin diamant dinde disque
docteur doigt domino dompteur dortoir douane dragon drapeau dune duvet enfant engrenage
enveloppe escargot espoir essence estrade euro exemple fable faisan falaise famille farine
faucon fauteuil fenouil ferme feuille ficelle figue filet fille flacon flamme fleur flotte
fontaine forge four fraise framboise frein fromage fruit furet gala galet galop gant garage gare
gaufre gazelle gazon genou girafe givre glace gland globe gobelet golfe gomme gong gorille
goudron gourde grain grange grenier grillon grotte guitare hamster hangar haricot hibou histoire
hiver homard horloge huile iguane image index iris ivoire jaguar jambon janvier jardin jaune
javelot jeton jeudi jockey jongleur joyau jument jungle jupe kayak kimono kiosque kiwi koala
lagune laine laitue lampe lance lapin larme lasso lavande lecture lentille lessive lettre levier
lierre lilas limace linge lion loisir losange loup lucarne lundi lunette lutin luzerne macaron
magasin magie maillot mairie maison mammouth manche mandarine manteau mardi marmite marron matin
melon menthe menuisier mercredi merle microbe miel mimosa minute miroir moineau montagne morse
moteur mouette moulin moutarde mouton muguet mulet muraille museau musique myrtille nageur nain
nappe nature navet navire neige noisette nombre nuage oasis objet octobre odeur oiseau olive
oncle opale orage orchestre oreille orgue orteil ortie otarie ourson outil ouvrage ozone paille
palette palmier panda panier panneau papaye papillon paquet parapluie parfum parking parole
parrain passoire pastille patron pavot paysage peigne pelle peluche pendule perroquet persil
phare phoque piano pigeon piment pinceau pingouin pirate piscine placard plage plancher plume
poche poignet poire poney pont portrait poteau poule poumon poutre prairie prune puits pull
pupitre puzzle python quartz quille rabot racine radis raisin rameur rasoir recette refuge reine
remorque renard requin ressort rideau rivage robinet rocher roman ronce rose rouge ruban ruche
rugby ruisseau safran salon samedi sandale sardine sauce saumon scie scooter seau seigle semelle
serpent sifflet silence sirop soja soleil sommet sorbet soupe souris spatule sphinx stade statue
store
"""


@cache
def words() -> tuple[str, ...]:
    """Return 512 plain French words without accents, none one letter away from another."""
    return tuple(_LIST.split())


def six_words(request: bytes, answer: bytes, authority: bytes) -> tuple[str, ...]:
    """Return the words of one enrolment; `authority` is the SHA-256 of the server's CA, or empty."""
    said = b"".join(len(part).to_bytes(8, "big") + part for part in (request, answer, authority))
    digest = hashlib.scrypt(said, salt=_DOMAIN, n=2**15, r=8, p=1, maxmem=2**26, dklen=8)
    number = int.from_bytes(digest, "big") >> (64 - COUNT * _BITS)
    known = words()
    return tuple(known[number >> _BITS * place & 511] for place in reversed(range(COUNT)))
