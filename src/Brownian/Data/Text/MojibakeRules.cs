namespace Brownian.Data.Text;

/// <summary>Which neighbours among characters tell of a wrong encoding: facts about the few hundred characters that wrong encodings produce, as ftfy 6.3 has them.</summary>
internal static class MojibakeRules
{
    // Kinds of characters, as contents of a character class.
    private const string
        Common = "\u00a0\u00ad·´–—―…’",
        C1 = "\u0080-\u009f",
        Bad = "¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº",
        Law = "¶§",
        Currency = "¢£¥₧€",
        Opening = "¡«¿©΄΅‘‚“„•‹\uf8ff",
        Closing = "®»˝”›™",
        Numeric = "²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№",
        Faces = "Ò-ÖÙ-Üò-öø-üŐŌŪŲ°",
        UpperAccented = "À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ",
        LowerAccented = "ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґﬁﬂ",
        UpperCommon = "ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я",
        LowerCommon = "α-ωάέήίΰа-џ",
        Box = "│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓",
        Accented = LowerAccented + UpperAccented,
        Signs = Opening + Closing + Currency + Numeric + Law;

    private static readonly string[] Rules =
    [
        // Control characters have no use outside.
        In(C1),

        // By kind.
        In(Bad, Accented, Box, Signs) + In(Bad),
        "[a-zA-Z]" + In(LowerCommon, UpperCommon) + In(Bad),
        In(Bad) + In(Accented, Box, Signs),
        In(LowerAccented, LowerCommon, Box, Closing, Currency, Numeric) + In(UpperAccented),
        In(Box, Closing, Currency, Numeric) + In(LowerAccented),
        In(LowerAccented, Box, Closing) + In(Currency),
        @"\s" + In(UpperAccented) + In(Currency),
        In(UpperAccented, Box) + In(Numeric, Law),
        In(Accented, Box, Currency, Closing) + In(Opening) + In(Numeric),
        In(Accented, Currency, Numeric, Box, Law) + In(Closing) + In(Opening),
        In(Currency, Numeric, Box) + In(Opening),
        "[a-z]" + In(UpperAccented) + In(Opening, Currency),
        In(Box) + In(Faces),
        In(Accented, Currency, Numeric, Opening, Closing, Law) + In(Box),
        In(Box) + In(Closing),
        In(Accented) + In(Opening, Closing) + @"[\p{L}\p{N}_]",
        "[Œœ][^A-Za-z]",
        In(UpperAccented) + "°",

        // Windows-1252: two characters, Arabic (four, because each pair alone is common), scripts of South Asia, à, á and the hard space.
        "[ÂÃÎÐ]" + In("€œŠš¢£Ÿž\u00a0\u00ad®©°·»–—´", Opening, Closing),
        "×[²³]",
        "(?:[ØÙ]" + In("ŸŠ®°µ»", Common, Currency, Bad, Numeric, Opening) + "){2}",
        "à[²µ¹¼½¾]",
        "Ã[\u00a0¡]",
        @"[a-z]\s?[ÃÂ] ",
        "^[ÃÂ] ",
        In("a-z.,?!", Closing) + "Â" + In(" ", Opening, Closing),

        // Mac Roman.
        "√[±∂†≠®™´≤≥¥µø]",
        "≈[°¢]",
        "‚Ä[ìîïòôúùû†°¢π]",
        "‚[âó][àä°ê]",

        // Windows-1251: punctuation, Latin-1 and Cyrillic (three characters), and Latin-1 read twice.
        "вЂ",
        "[ВГРС]" + In("°µ", C1, Bad, Opening, Closing, Currency) + "[ВГРС]",
        "ГўВЂВ.[A-Za-z ]",

        // Windows-1253: punctuation, Latin-1 and Greek; Windows-1257: punctuation.
        "β€[™\u00a0Ά\u00ad®°]",
        "[ΒΓΞΟ]" + In("°", C1, Bad, Opening, Closing, Currency) + "[ΒΓΞΟ]",
        "ā€",
    ];

    /// <summary>What matches where a text is suspect.</summary>
    public static string Pattern { get; } = string.Join('|', Rules);

    private static string In(params ReadOnlySpan<string> kinds) => $"[{string.Concat(kinds)}]";
}
