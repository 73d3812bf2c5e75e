//! Which of the old encodings a text without any mark is in, with care for short Chinese and Western files.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

/// Characters that every list of Chinese customers is full of, in both scripts.
const COMMON: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔姓赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦许张孔曹严华魏姜谢喻苏潘葛范彭郎鲁昌苗凤花俞柳唐费薛雷贺倪汤滕罗毕郝邬齐康伍余孟黄穆萧尹姚邵汪祁毛狄贝臧成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾江童颜郭梅盛林刁钟徐邱骆蔡田胡凌霍万柯丁宣邓洪包左石崔吉龚程陆武刘叶白蒲卓池乔温柴习尚农客户称联络络手机号码邮箱址编备注潜企限股份商贸技息州深圳京沪津渝港台省县镇街区号楼层室销售采购供应合同额款票税单价格跟进状态创更最近沟通容归属兰英赵玉伟芳娜敏静丽强磊洋艳勇军杰涛超秀霞鹏辉锦绣远航械责任瑞丰食品卓越源流医疗健康互网软件制造教育培训展介绍线店\
有限公司聯絡電話客戶稱號碼郵箱編備註業務經理國際東區縣鎮樓層銷採購應單價額稅發陳張劉黃吳楊趙許鄭謝韓馮鄧葉蘇盧蔣賴們這來時會為個與過後對開學電車書長門問間關體點當應現實區華廣豐聯貿資訊術臺灣灣廠";

/// UTF-8 unless hardly anything of it is; then Chinese where it reads as Chinese, then what the statistics say.
pub(super) fn encoding(bytes: &[u8]) -> &'static Encoding {
    if mostly_utf8(bytes, 10) { UTF_8 } else { other(bytes) }
}

/// As of other texts, but cards are UTF-8 unless more is broken than whole: one that is not is refused alone.
pub(super) fn encoding_of_cards(bytes: &[u8]) -> &'static Encoding {
    if mostly_utf8(bytes, 1) { UTF_8 } else { other(bytes) }
}

fn other(bytes: &[u8]) -> &'static Encoding {
    let (simplified, traditional) = (chinese(bytes, GB18030), chinese(bytes, BIG5));
    if simplified.max(traditional) >= 25 {
        return if simplified >= traditional { GB18030 } else { BIG5 };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let asian = [GBK, GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR].contains(&guess);
    match guess {
        _ if western(bytes, asian) => WINDOWS_1252,
        _ if guess == GBK => GB18030,
        _ => guess,
    }
}

/// Valid, or with so few broken places that the rows they stand in are at fault and not the guess: for each of them
/// there are `times` as many characters that are whole.
fn mostly_utf8(bytes: &[u8], times: usize) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken == 0 || whole >= broken * times
}

/// How many in a hundred of the non-ASCII characters are common Chinese ones, if it decodes at all.
fn chinese(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let sample = bytes.get(..bytes.len().min(32 * 1024)).unwrap_or_default();
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let (mut common, mut letters, mut broken) = (0, 0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        match c {
            '\u{fffd}' => broken += 1,
            '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' => {}
            _ => {
                letters += 1;
                common += usize::from(COMMON.contains(c));
            }
        }
    }
    if letters == 0 || broken * 50 > letters { 0 } else { common * 100 / letters }
}

/// Few accented letters, each alone among ASCII: too little for statistics, and most often Western European.
fn western(bytes: &[u8], asian: bool) -> bool {
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let pairs = bytes.windows(2).filter(|pair| pair.iter().all(|byte| !byte.is_ascii())).count();
    let familiar = bytes.iter().all(|&byte| byte.is_ascii() || familiar(byte));
    familiar && pairs * 4 <= high && (asian || high < 64)
}

/// Letters of French, German, Spanish, Portuguese, Italian, Dutch and the Nordic languages, and typographic signs.
fn familiar(byte: u8) -> bool {
    matches!(byte, 0x80 | 0x82 | 0x84 | 0x85 | 0x8C | 0x91..=0x97 | 0x99 | 0x9C | 0xA0 | 0xA1 | 0xA3 | 0xA7..=0xAB | 0xAE
        | 0xB0 | 0xB2..=0xB4 | 0xB7 | 0xBA | 0xBB | 0xBF..=0xD6 | 0xD8..=0xDC | 0xDF..=0xEF | 0xF1..=0xF6 | 0xF8..=0xFC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str, written: &'static Encoding) -> &'static str {
        encoding(&written.encode(text).0).name()
    }

    #[test]
    fn a_short_chinese_file_is_not_taken_for_anything_else() {
        for text in ["姓名,电话\n张三,1\n", "名称,城市\n海天,青岛\n", "客户名称\n王小明", "编号,备注\n1,常客\n"]
        {
            assert_eq!(guessed(text, GB18030), "gb18030", "{text}");
        }
        assert_eq!(guessed("公司名稱,聯絡人\n東方貿易有限公司,陳小姐\n", BIG5), "Big5");
    }

    #[test]
    fn a_few_accents_are_western_european() {
        for text in ["name\nZoë\n", "id,name\n2,é\n", "Straße;Köln\n", "José,Muñoz\nFrançois,Lefèvre – “ami”\n"]
        {
            assert_eq!(guessed(text, WINDOWS_1252), "windows-1252", "{text}");
        }
    }

    #[test]
    fn other_scripts_are_left_to_the_statistics() {
        let russian =
            "Имя,Город\nИван Петров,Москва\nОльга Смирнова,Санкт-Петербург\nОбщество с ограниченной ответственностью\n";
        assert_eq!(guessed(russian, encoding_rs::WINDOWS_1251), "windows-1251");
        let japanese = "会社名,担当者\n株式会社さくら商事,やまだたろう\nひまわり工業,すずきはなこ\n";
        assert_eq!(guessed(japanese, SHIFT_JIS), "Shift_JIS");
        let korean = "회사명,담당자\n한국무역 주식회사,김철수\n서울전자,이영희\n대한상사,박민수\n";
        assert_eq!(guessed(korean, EUC_KR), "EUC-KR");
    }

    #[test]
    fn one_broken_byte_does_not_make_utf8_something_else() {
        let mut bytes = "客户名称,城市\n上海东方贸易有限公司,上海\n".as_bytes().to_vec();
        bytes.extend_from_slice(b"\xFFbad,row\n");
        assert_eq!(encoding(&bytes), UTF_8);
    }
}
