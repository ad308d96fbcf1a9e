//! The words of dates, in many languages; compared folded: lower case, without accents.

/// Months, and seasons.
pub(super) const MONTHS: &str = "january jan february feb march mar april apr may june jun july jul august aug september sep sept october oct november nov december dec
januar februar märz mrz maerz mai juni juli oktober okt dezember dez jänner feber
janvier janv février févr fév mars avril avr juin juillet juil août aout septembre octobre novembre décembre déc
enero ene febrero marzo abril abr mayo junio julio agosto ago septiembre setiembre set octubre noviembre diciembre dic
janeiro fevereiro fev março maio junho julho setembro outubro out novembro dezembro
gennaio genn gen febbraio febbr aprile maggio mag giugno giu luglio lug settembre sett ottobre ott dicembre
januari februari maart mrt mei augustus
январь января янв февраль февраля февр фев март марта апрель апреля апр май мая июнь июня июль июля август августа авг сентябрь сентября сент сен октябрь октября окт ноябрь ноября нояб ноя декабрь декабря дек
يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر كانون شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
ledna února března dubna května června července srpna října listopadu prosince maj marts desember des maret agustus
január február március április május június július augusztus szeptember október
ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
січень січня лютий лютого березень березня квітень квітня травень травня червень червня липень липня серпень серпня вересень вересня жовтень жовтня листопада грудень грудня
ιανουάριος ιανουαρίου φεβρουάριος φεβρουαρίου μάρτιος μαρτίου απρίλιος απριλίου μάιος μαΐου ιούνιος ιουνίου ιούλιος ιουλίου αύγουστος αυγούστου σεπτέμβριος σεπτεμβρίου οκτώβριος οκτωβρίου νοέμβριος νοεμβρίου δεκέμβριος δεκεμβρίου
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık augusti maj leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
spring summer autumn fall winter frühling sommer herbst printemps été automne hiver primavera verano otoño invierno";

/// Phrases for now.
pub(super) const PRESENT: &str = "present, the present, current, currently, now, today, ongoing, to date, date, till date, heute, jetzt, aktuell, dato, laufend, gegenwart, présent, aujourd'hui, aujourd hui, actuel, actuellement, ce jour, en cours, maintenant, actualidad, la actualidad, actual, actualmente, presente, el presente, hoy, la fecha, la actualidad, atual, atualmente, o momento, hoje, presente, o presente, oggi, attuale, attualmente, in corso, heden, nu, настоящее время, наст время, настоящее, нв, н в, сейчас, текущее время, настоящий момент, hiện tại, nay, hiện nay, bây giờ, الآن, الان, الحاضر, الحالي, اليوم, الوقت الحالي, حاليا, obecnie, teraz, nadal, chwili obecnej, dziś, dags dato, i dag, idag, nyt, ad oggi, tutt'oggi, présent, devam etmekte, настоящего времени, сей день, σήμερα, nuvarande, pågående, nåværende, nå, nykyinen, halen, devam, günümüz, devam ediyor, současnost, dosud, jelenleg, prezent, теперішній час, тепер, сьогодні, σήμερα, παρόν, 현재, ปัจจุบัน, sekarang, saat ini, היום, כיום, वर्तमान";

/// Beginnings of such, in scripts without spaces.
pub(super) const PRESENT_UNSPACED: [&str; 8] = ["至今", "現在", "现在", "今", "目前", "迄今", "ปัจจุบัน", "現在に至る"];

/// Words between the beginning and the end.
pub(super) const UNTIL: &str =
    "to until till through thru bis à au a al hasta até ate fino tot tm по до đến إلى الى حتى til till do až – ad e";

/// Words before the beginning.
pub(super) const SINCE: &str = "since from seit ab depuis desde dal dallo sinds vanaf с от từ منذ från fra od since";

/// Eras by which Japanese forms count, with their first years.
pub(super) const ERAS: [(&str, i32); 3] = [("令和", 2019), ("平成", 1989), ("昭和", 1926)];
