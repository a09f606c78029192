package rules

// stopWords carry no meaning for comparing questions. Folded, German and
// English.
var stopWords = wordSet(`
der die das den dem des ein eine einen einem einer eines und oder aber auch als am an auf aus bei beim bis da dabei dann dass
dazu denn dies diese diesem diesen dieser dieses doch dort durch er es etwas fuer gegen gerade haben habe hat hatte hatten hab
hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jetzt kann kannst kein koennen koennten koennte man mal mein
meine meinem meinen meiner meines mich mir mit nach noch nun nur ob ohne sehr sein seine seit selbst sich sie sind so somit ueber
um uns unser unsere unserem unseren unserer vom von vor waere war waren was wegen weil wenn wer werde werden wie wieso wir wird
wo wurde wurden zu zum zur bitte danke vielen dank hallo guten tag moin servus gruess gruesse gruessen herr frau liebe lieber liebes
freundlichen freundliche beste viele sehr geehrte geehrter geehrtes damen herren team support voraus hilfe helfen muss moechte
wuerde gerne gern soll sollte geht gibt einmal leider schon immer heute gestern morgen frage anfrage problem dringend mfg vg lg
the a an and or but as at be been being by can could did do does doing for from had has have having he her here him his how i if
in into is it its just me my of on one our out so some that their them then there these they this those to too up us was we were
what when where which while who whom why will with would you your hi hello dear please thanks thank regards kind best hey im ive
any get got am are may might shall should also about there help question issue urgent possible way want need like let cheers
`)
