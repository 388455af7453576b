using System.Collections.Frozen;

namespace Platform.Api.Embeddings;

/// <summary>
/// Words that belong to one subject, so that texts about it come near each other without sharing a word (random indexing:
/// Kanerva, Kristoferson, Holst 2000, with subjects in the place of documents). A subject may lie in another.
/// </summary>
internal static class Subjects
{
    // name [< wider subject]: words. A word may belong to several.
    private const string Lexicon = """
        crime < suspense: crime criminal criminals murder murders murderer kill killer killing killed kills homicide detective detectives police policeman cop cops inspector sheriff sleuth investigation investigator gang gangster mafia mob heist robbery thief thieves steal stolen prison jail convict guilty guilt innocent evidence suspect suspects alibi corpse body bodies victim victims forensic autopsy noir verdict trial jury lawyer attorney judge witness testimony accused kidnapped kidnapping ransom cartel smuggler assassin assassination rogue
        mystery < suspense: mystery mysteries secret secrets clue clues puzzle riddle whodunit disappearance disappeared vanish vanished vanishing missing unsolved cold poirot marple holmes sherlock maigret cozy
        thriller < suspense: thriller suspense spy spies espionage agent cia kgb fbi conspiracy conspiracies chase hunted hunter terrorist terrorism bomb hostage hitman sniper fugitive target deadly danger dangerous deception betrayal bourne reacher manhunt run threat vendetta gone dead lethal code zero protocol sanction
        horror < dark: horror terror scary nightmare nightmares fear dread haunted haunting ghost ghosts ghostly demon demons devil possession exorcist evil monster monsters undead zombie zombies macabre gothic grave graveyard cemetery skeleton creepy slaughter gore cthulhu sinister shining
        paranormal < dark: paranormal vampire vampires vampiric werewolf werewolves shifter shifters witch witches witchcraft supernatural psychic immortal immortals fallen angel angels halfblood succubus necromancer necromancy blood bite bitten fang fangs moon midnight darkness shadow shadows soul souls spirit dark eternal undead night hunter huntress lycan banshee grim reaper
        fantasy < speculative: fantasy magic magical magician magicians wizard wizards sorcerer sorcery sorceress mage mages spell spells enchanted enchantment dragon dragons dragonlance elf elves elven dwarf dwarves goblin troll orc fairy fairies faerie fae unicorn sword swords blade throne thrones kingdom kingdoms realm realms prince princess king kings queen queens crown quest prophecy rune runes legend legends myth talisman amulet tower citadel knight assassin warlock apprentice hobbit rings narnia discworld shadowhunter mortal heir court thorns ashes storm ember feast crows
        myth < speculative: myth myths mythology gods goddess god olympus olympian zeus odin norse thor loki titan titans titan hercules troy odyssey iliad arthurian arthur camelot merlin avalon egyptian pharaoh
        science-fiction < speculative: scifi science fiction space spaceship starship star stars galaxy galactic planet planets mars martian moon lunar alien aliens robot robots android androids cyborg cyberpunk cyber clone clones future futuristic dystopia dystopian dystopias utopia apocalypse apocalyptic postapocalyptic time travel machine orbit interstellar universe empire dune foundation colony terraform quantum matrix mutant invasion starfleet trek jedi sith skywalker ender artificial singularity neuromancer
        dystopia < science-fiction: dystopia dystopian hunger games divergent maze rebellion regime uprising resistance survivor survivors totalitarian orwell collapse plague extinct insurgent allegiant
        romance < love: romance romantic love lover lovers loving beloved kiss kisses kissing kissed passion passionate desire desires seduce seduction seduced seducing heart hearts heartbreak bride brides bridal groom wedding marry marriage married wife husband duke earl viscount marquess rake lord lady scandal scandalous affair affairs temptation tempted forbidden sweet crush date dating boyfriend girlfriend valentine sexy billionaire bachelor cowboy highlander highland proposal engagement flirt soulmate forever beautiful ever
        erotica < love: erotic erotica sex sexual sensual lust pleasure pleasures submission submissive dominant grey fifty shades bared bound darker freed crossfire naughty wicked
        chick-lit < contemporary: shopaholic chick girls girlfriends bridesmaid sisterhood pants diary jones prada nanny divorce manhattan hollywood fashion shoes gossip
        young-adult < youth: teen teens teenage teenager teenagers young adult adolescent highschool prom junior senior sophomore freshman academy clique dork wimpy
        children < youth: child children childrens kid kids boy boys girl baby toddler bedtime nursery picture alphabet abc counting mouse bear bunny rabbit pig duck puppy kitten caterpillar dr seuss pooh toy toys bus school friends llama giraffe curious elephant pigeon monkey wonka matilda
        family < contemporary: family families mother mothers father fathers sister sisters brother brothers daughter daughters son sons parent parents grandmother grandfather aunt uncle twins orphan home adoption motherhood fatherhood parenting parenthood
        friendship < contemporary: friend friends friendship summer beach island lake
        historical-fiction < history: historical tudor tudors boleyn medieval victorian regency georgian elizabethan empress courtesan geisha plantation slave slaves slavery colonial saxon viking vikings roman rome crusade crusades century outlander samurai musketeers
        history < past: history historical war wars world battle battles civil revolution revolutionary empire empires ancient civilization president presidents lincoln washington jefferson napoleon churchill hitler nazi nazis holocaust auschwitz ghetto soviet stalin lenin russia cold republic independence america american founding rise fall reich kings dynasty pharaohs byzantium rebellion
        war < history: war wars warfare soldier soldiers army navy marine marines military battlefield troops vietnam iraq afghanistan korea trenches regiment platoon sniper combat general generals colonel captain bomber normandy submarine armies gettysburg pearl harbor
        politics < society: politics political power government democracy liberty freedom capitalism socialism communist marx republican democrat election campaign senate congress constitution law rights justice liberal conservative obama clinton reagan nation state policy propaganda anarchy
        biography < past: biography biographies autobiography autobiographical life lives memoir memoirs diary diaries letters journal true remembering memories portrait confessions
        memoir < past: memoir memoirs my growing surviving childhood recovery addiction cancer survivor survival truth broken glass castle
        philosophy < thought: philosophy philosopher philosophical ethics ethic moral morals morality metaphysics logic existential existentialism being nothingness plato socrates aristotle nietzsche kant stoic stoicism meditations dialogues meaning wisdom reason truth zarathustra republic tractatus
        religion < belief: religion religious god gods faith church bible biblical scripture gospel jesus christ christian christians christianity catholic catholicism pope saint saints prayer pray heaven hell holy islam islamic muslim quran koran jewish judaism torah talmud hindu buddhist buddhism buddha atheist atheism theology sin grace salvation evangelical apostle cross crucifixion screwtape
        christian < belief: christian christ jesus grace redeeming discipleship disciple purpose driven prayer amish biblical devotional mere holiness mercy left behind tribulation antichrist shack pilgrim shepherd
        spirituality < belief: spirituality spiritual soul souls awakening enlightenment zen tao dao meditation meditate mindful mindfulness yoga karma chakra dharma consciousness prophet celestine alchemist alchemy tarot astrology healing peace universe angel energy now presence dalai lama chopra
        psychology < mind: psychology psychological mind minds brain brains thinking think behavior behaviour cognitive emotional emotion emotions intelligence personality psychiatrist psychiatry therapy therapist therapist freud jung dreams unconscious memory depression anxiety addiction mental madness autism trauma happiness habit habits decision irrational influence persuasion introvert introverts quiet
        self-help < mind: self help habits success successful effective people influence win happiness happy happier positive thinking motivation motivate goals productivity productive confidence change achieve secrets secret rich procrastination dare vulnerability imperfection codependent languages rules steps
        business < money: business businesses company companies corporate corporation leader leaders leadership management manager market markets marketing sales selling strategy startup entrepreneur entrepreneurs innovation innovator customer brand brands product ceo executive organization teams work workweek lean google amazon apple steve jobs advantage execution negotiation dysfunctions goal
        economics < money: economics economic economy economist money rich wealth wealthy poor poverty finance financial investor investing investment stock stocks wall street trader bank banks banker debt millionaire freakonomics capital trade budget dollars
        science < nature: science scientist scientists scientific physics physicist chemistry biology biologist evolution evolutionary gene genes genetic genome dna cosmos cosmology universe quantum relativity einstein hawking darwin newton theory theories mathematics math mathematical equation elements particle atom atomic neuroscience experiment laboratory discovery epidemic virus disease medicine medical astronomy
        medicine < science: medicine medical doctor doctors nurse hospital surgeon surgery patient patients disease illness epidemic plague cancer health anatomy diagnosis physician healing emperor maladies cell cells
        technology < science: technology computer computers computing programming programmer code coding software internet web data algorithm algorithms hacker hackers digital machine engineer engineering design patterns java python pragmatic agile information
        environment < nature: nature natural environment environmental earth climate ecology ecological forest forests tree trees ocean oceans sea river mountain mountains desert wild wilderness weather garden gardens gardening plant plants flower flowers seasons silent spring walden
        animals < nature: animal animals dog dogs cat cats horse horses wolf wolves bear bird birds owl fox rabbit whale shark elephant lion tiger spider rat mouse creature creatures pet pets veterinarian herriot warriors clan stallion puppy
        food < home: food foods cook cooking cookbook cookbooks cookery recipe recipes kitchen chef chefs eat eating eater diet diets meal meals bake baking bread cake cheese wine chocolate restaurant vegetarian vegan french cuisine gourmet taste appetite hungry flavor salt omnivore barefoot contessa joy
        travel < places: travel travels traveler traveller journey journeys voyage voyages tourist road trip adventure adventures expedition explorer exploration walk walking hike hiking trail everest climb abroad country countries paris france italy italian tuscany provence spain india africa african china asia japan australia antarctica sahara patagonia train islands
        adventure < places: adventure adventures treasure island pirate pirates ship sea sail sailor voyage shipwreck jungle explorer lost quest expedition survival captain buccaneer
        western < places: western west cowboy cowboys ranch ranger frontier gunslinger outlaw outlaws texas comanche lonesome prairie saddle range riders indian indians gold
        art < culture: art arts artist artists painting painter paintings drawing draw sketch museum gallery renaissance vermeer leonardo vinci michelangelo gogh picasso design designer architecture architect photograph photographs photography photographer creative creativity beauty sculpture
        music < culture: music musical musician musicians song songs singer sing rock roll band guitar piano jazz blues punk hip hop rap opera symphony orchestra composer mozart beethoven beatles lennon dylan bowie cobain zeppelin concert tour heavier dirt slash scar tissue
        film < culture: film films movie movies cinema hollywood screenplay screenwriting director actor actress star television tv theatre theater stage
        poetry < letters: poetry poem poems poet poets verse verses sonnet sonnets haiku rhyme ode odes lyric lyrical elegy howl prophet leaves grass inferno paradise wasteland
        drama < letters: play plays drama tragedy tragedies comedy comedies act acts scene theatre shakespeare hamlet macbeth othello lear romeo juliet midsummer tempest sophocles antigone oedipus salesman streetcar
        classics < letters: classic classics literature literary dickens austen bronte tolstoy dostoyevsky dostoevsky hardy eliot wilde twain melville hawthorne hugo dumas flaubert homer virgil dante chekhov gogol kafka joyce woolf hemingway fitzgerald steinbeck faulkner voltaire cervantes goethe conrad james
        writing < letters: writing write writer writers author language languages grammar words english style essay essays criticism literary elements dictionary editing rhetoric bird letters punctuation eats shoots
        short < letters: short stories essays fables fairytales tales
        humour < light: humor humour humorous funny comic comedy laugh laughing joke jokes satire satirical parody wit hilarious absurd silly pretend talk pretty
        comics < drawn: comic comics superhero superheroes batman joker superman spiderman spider xmen avengers marvel wolverine deadpool watchmen justice league sandman hellboy cartoon calvin hobbes garfield peanuts farside dilbert tintin asterix fables saga bone y
        graphic-novels < drawn: graphic novel novels panels illustrated persepolis maus walking dead preludes nocturnes vendetta scott pilgrim sin city
        manga < drawn: manga anime shonen shojo naruto bleach fullmetal alchemist deathnote note death piece vampire knight fruits basket fairy tail ouran sailor hellsing inuyasha chobits kuroshitsuji butler titan ninja
        sports < games: sport sports athlete athletes athletic baseball moneyball basketball football soccer hockey tennis golf boxing boxer running runner run marathon race racing cycling swimming surfing olympic olympics coach coaches team teams player players season game games league quarterback court field open boys
        games < games: game games player gaming video chess poker casino gamble gambler dice cards play dungeons
        school < youth: school schools college university campus student students teacher teachers teaching professor class classroom education learning boarding academy harvard
        society < society: society social culture cultural race racial racism racist black white feminist feminism women woman womens gender class immigrant immigrants refugee refugees poverty inequality identity sociology anthropology tribe tribes colonialism apartheid mockingbird
        feminism < society: feminist feminism women womens woman gender girls mystique vagina sisterhood patriarchy handmaid
        gay < society: gay lesbian queer lgbt transgender pride bisexual
        death < dark: death die dying dead grief grieving mourning loss funeral suicide widow grave afterlife
        christmas < home: christmas holiday santa winter snow grinch carol gift
        home < home: home house household decorate organizing tidying tidy cleaning crafts knitting sewing quilt quilting garden domestic
        """;

    private static readonly FrozenDictionary<string, float[]> Vectors = Read();

    private static readonly FrozenDictionary<string, float[]>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        Vectors.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The direction of the subjects that a word belongs to, of length 1; null for a word of none.</summary>
    /// <param name="stem">A word as <see cref="WordStem"/> leaves it.</param>
    public static float[]? Of(ReadOnlySpan<char> stem) => BySpan.TryGetValue(stem, out var vector) ? vector : null;

    private static FrozenDictionary<string, float[]> Read()
    {
        var vectors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var line in Lexicon.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var names = line[..colon].Split('<', StringSplitOptions.TrimEntries);
            var subject = Direction(names);
            foreach (var stem in line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => WordStem.Of(word).ToString()).Distinct(StringComparer.Ordinal))
            {
                if (!vectors.TryGetValue(stem, out var vector))
                    vectors[stem] = vector = new float[LocalEmbedding.Dimensions];
                for (var i = 0; i < vector.Length; i++)
                    vector[i] += subject[i];
            }
        }
        foreach (var vector in vectors.Values)
            LocalEmbedding.Normalise(vector);
        return vectors.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Half of what a subject is, it has from the subject around it.
    private static float[] Direction(string[] names)
    {
        var direction = new float[LocalEmbedding.Dimensions];
        foreach (var name in names)
        {
            var state = StableHash.Of("subject:" + name);
            for (var i = 0; i < direction.Length; i++)
                direction[i] += (StableHash.Mix(state + (ulong)i) & 1) == 0 ? 1 : -1;
        }
        LocalEmbedding.Normalise(direction);
        return direction;
    }
}
